/// Why settings that could be read are of no use together. It names places and never values: these may be
/// secret.
public struct SettingsComplaint: Error, Hashable, Sendable, CustomStringConvertible {
    /// One sentence.
    public let description: String

    /// A complaint in one sentence.
    public init(_ sentence: String) { description = sentence }
}
