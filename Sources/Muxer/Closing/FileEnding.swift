/// What is written to a recording's file when it is closed, so that players find their way in it.
///
/// First write what `next` gives, each at its place, and see it safely on the disk; then `head`, in one
/// go: up to it the file is what it was.
public protocol FileEnding: ~Escapable {
    /// Whether all of the index has been read. Behind a torn record are parts that this knows nothing of,
    /// and would overwrite: such a file is left the growing one that it is.
    var isWhole: Bool { get }

    /// The file's length when all has been written.
    var fileEnd: UInt64 { get }

    /// What the file then begins with: at most 512 octets, so that no disk writes half of it.
    var head: FileWrite { get }

    /// The next octets to write; `nil` when `head` is what is left.
    mutating func next() -> FileWrite?
}
