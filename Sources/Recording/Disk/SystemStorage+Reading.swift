import Glibc

// The one way to a file's octets, for those who mend files and for those who play them.

extension SystemStorage {
    /// The kernel's `pread`, or what stands for it.
    typealias PositionedRead = (Int32, UnsafeMutableRawPointer, Int, off_t) -> Int

    /// At most `count` octets from `offset` on; fewer at the file's end, and nowhere else.
    static func octets(
        of file: Int32, at offset: UInt64, count: Int,
        _ read: PositionedRead = { pread($0, $1, $2, $3) }
    ) throws(StorageError) -> [UInt8] {
        var failure: Int32 = 0
        let octets = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count, let base = buffer.baseAddress {
                let got = read(
                    file, base + filled, count - filled, off_t(clamping: offset) + off_t(filled))
                if got < 0, errno == EINTR { continue }
                if got < 0 { failure = errno }
                guard got > 0 else { return }
                filled += got
            }
        }
        guard failure == 0 else {
            throw StorageError(path: path(of: file), code: failure, isOfReading: true)
        }
        return octets
    }

    /// Every octet of a range that the file was known to have: one that has become shorter meanwhile
    /// has no data there (`ENODATA`).
    static func octets(
        of file: Int32, in range: Range<UInt64>
    ) throws(StorageError) -> [UInt8] {
        let octets = try octets(of: file, at: range.lowerBound, count: range.count)
        guard octets.count == range.count else {
            throw StorageError(path: path(of: file), code: ENODATA, isOfReading: true)
        }
        return octets
    }

    /// Reads a file through before it is mapped: a page that the disk does not give is an error here,
    /// and would be the end of the process when it was touched there (`SIGBUS`).
    static func check(
        readable file: Int32, _ count: Int,
        _ read: PositionedRead = { pread($0, $1, $2, $3) }
    ) throws(StorageError) {
        for offset in stride(from: 0, to: count, by: pieceLength) {
            let wanted = min(pieceLength, count - offset)
            let piece = try octets(of: file, at: UInt64(offset), count: wanted, read)
            guard piece.count == wanted else {
                throw StorageError(path: path(of: file), code: ENODATA, isOfReading: true)
            }
        }
    }

    private static let pieceLength = 1 << 16

    /// For a message only: the kernel knows the name by now.
    static func path(of file: Int32) -> String {
        let code = errno
        defer { errno = code }
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/fd/\(file)", &buffer, buffer.count)
        return String(
            decoding: buffer.prefix(max(count, 0)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
