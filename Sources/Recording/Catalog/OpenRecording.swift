import Glibc

/// A recording's file, open to be read; closed when nobody holds it any more.
public final class OpenRecording: Sendable {
    private let descriptor: Int32
    /// Which file it is, its octets, and when it was written last.
    private let marks: [Int]

    /// What stands for the file's content while it does not change: the file and when it was
    /// written last.
    public var tag: String {
        "\"" + marks.map { String($0, radix: 36) }.joined(separator: "-") + "\""
    }

    /// Opens a plain file; no link is followed.
    init?(_ path: String) {
        let opened = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard opened >= 0 else { return nil }
        var status = stat()
        guard fstat(opened, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(opened)
            return nil
        }
        descriptor = opened
        let (seconds, fraction) = (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
        marks = [Int(status.st_ino), Int(status.st_size), seconds, fraction]
    }

    deinit { close(descriptor) }

    /// Octets in it now.
    public var byteCount: UInt64 {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? UInt64(clamping: status.st_size) : 0
    }

    /// Up to `count` octets from `offset`; fewer at the end of the file.
    public func read(at offset: UInt64, count: Int) throws(StorageError) -> [UInt8] {
        try SystemStorage.octets(of: descriptor, at: offset, count: max(count, 0))
    }

    /// Every octet of a range that the file was known to have.
    public func octets(_ range: Range<UInt64>) throws(StorageError) -> [UInt8] {
        try SystemStorage.octets(of: descriptor, in: range)
    }
}
