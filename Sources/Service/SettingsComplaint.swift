/// Why settings that could be read are of no use together. It names places, and of values those alone
/// that can be no secret.
public struct SettingsComplaint: Error, Hashable, Sendable, CustomStringConvertible {
    /// One sentence.
    public let description: String

    /// A complaint in one sentence.
    public init(_ sentence: String) { description = sentence }
}
