/// Octets for a place in a file.
public struct FileWrite: Hashable, Sendable {
    /// Where the first of them goes.
    public var offset: UInt64
    /// What is written there.
    public var bytes: [UInt8]
}
