import Muxer

/// An index that is read piece by piece: that of a day may have 100 MB, and takes no more memory than one of
/// a minute.
struct IndexPieces {
    let header: IndexHeader
    /// Octets of the index up to the end of the last whole record that has been read.
    private(set) var end: UInt64
    /// Whether records are known to be as they were written, and no checksum is reckoned.
    var isTrusted = false

    private let index: OpenRecording

    /// Reads what an index begins with; `nil` where it is none.
    init?(_ index: OpenRecording) {
        for count in [Self.usual, Self.longest] {
            guard let octets = try? index.read(at: 0, count: count) else { return nil }
            if let reader = try? IndexReader(octets.span.bytes) {
                (self.index, header, end) = (index, reader.header, UInt64(reader.byteCount))
                return
            }
            guard octets.count == count else { return nil }
        }
        return nil
    }

    /// An index that begins with this header, and whose first octets are known up to `end`.
    init(_ index: OpenRecording, continuing header: IndexHeader, at end: UInt64) {
        (self.index, self.header, self.end) = (index, header, end)
    }

    /// Goes on up to the last whole record.
    ///
    /// - Parameter body: Is handed each part and where its record begins, and says whether it is taken: one
    ///   that is not ends the reading before it.
    mutating func forEachPart(_ body: (_ part: IndexedPart, _ position: UInt64) -> Bool) {
        var count = Self.usual
        while let octets = try? index.read(at: end, count: count) {
            let start = end
            var reader = IndexReader(octets.span.bytes, continuing: header)
            reader.isTrusted = isTrusted
            while let part = reader.next() {
                guard body(part, end) else { return }
                end = start + UInt64(reader.byteCount)
            }
            guard octets.count == count else { return }
            // A record may be longer than a piece; what is longer than any is none.
            guard end > start || count < Self.longest else { return }
            count = end > start ? Self.usual : Self.longest
        }
    }

    /// Some hundred records, in memory that is there: larger pieces would be asked of the kernel each time.
    private static let usual = 65_536
    /// Octets of the longest record, and what stands around it.
    private static let longest = 1 << 24 + 16
}
