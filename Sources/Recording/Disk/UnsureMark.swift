/// What stands at the end of an index, where a `ClosingMark` would, once a sync of its file has failed. The
/// kernel tells that once (`fsync(2)`), goes on showing what it could not write, and calls the next sync a
/// success: recovery must not believe it, in this life of the system or in a later one.
enum UnsureMark {
    /// Its octets: as a record's length they would be absurd.
    static let bytes: [UInt8] = Array("\u{7F}unsure\n".utf8)

    /// Puts it there and has it survive a loss of power, as far as the disk lets it.
    static func leave(in index: Int32, _ storage: any Storage) {
        put(in: index, storage)
        try? storage.sync(index)
    }

    /// Puts it there: the end of the process does not take it away.
    static func put(in index: Int32, _ storage: any Storage) {
        guard let count = try? storage.byteCount(of: index) else { return }
        let start = count - min(count, UInt64(bytes.count))
        let end = try? storage.read(index, at: start, count: bytes.count)
        let isMarked = end == bytes || end == ClosingMark.bytes
        try? storage.write(bytes, to: index, at: isMarked ? start : count)
    }
}
