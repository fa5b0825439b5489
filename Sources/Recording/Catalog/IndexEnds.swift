import Muxer

/// What the ends of the index beside a file say, without what lies between them: all that a list tells.
/// An index of a day has 20 MB, and its ends some hundred octets.
struct IndexEnds: Sendable {
    let header: IndexHeader
    let first: IndexedPart
    let last: IndexedPart
    /// Octets in the file itself.
    let byteCount: UInt64

    /// Reads the ends of the index of the file at `path`; `nil` where they do not say it all: the index
    /// has no closing mark, its records are longer than is usual, or the file ends before they do.
    init?(of path: String) {
        guard let index = OpenRecording(path + RecordingName.indexSuffix),
            let data = OpenRecording(path)
        else { return nil }
        let count = index.byteCount
        let mark = UInt64(ClosingMark.bytes.count)
        guard count > mark, count <= UInt64(Int64.max) else { return nil }
        let start = count - min(count, Self.edge)
        guard let head = try? index.read(at: 0, count: Int(count - start)),
            let tail = try? index.read(at: start, count: Int(count - start)),
            tail.suffix(ClosingMark.bytes.count) == ClosingMark.bytes[...]
        else { return nil }
        let records = tail.dropLast(ClosingMark.bytes.count)
        guard var reader = try? IndexReader(head.span.bytes), let first = reader.next(),
            let last = IndexReader.lastPart(of: records.span.bytes),
            last.offset >= first.offset
        else { return nil }
        byteCount = data.byteCount
        guard last.end <= byteCount else { return nil }
        (header, self.first, self.last) = (reader.header, first, last)
    }

    /// Octets that are read at either end: a movie's header, and a part's record with all its samples.
    private static let edge: UInt64 = 16_384
}
