import Timing

extension IndexReader {
    /// All parts of a file, also those that torn records listed: these come as one part from the last whole
    /// one's end to the next one's beginning. Parts lie one behind the other, so that no octet of the file is
    /// passed over. Nothing comes behind the last whole record.
    ///
    /// - Parameters:
    ///   - end: Octets of the file: parts that reach beyond it, and all behind them, are not there.
    ///   - body: Is handed each part.
    public mutating func forEachMendedPart(upTo end: UInt64, _ body: (IndexedPart) -> Void) {
        forEachMendedRecord(upTo: end) { part, _ in body(part) }
    }

    /// Likewise, with the octets of the index up to the end of a part's record; of torn records there is
    /// no such end.
    public mutating func forEachMendedRecord(
        upTo end: UInt64, _ body: (IndexedPart, _ recordEnd: Int?) -> Void
    ) {
        var last: IndexedPart?
        var budget = 4 * remainingByteCount
        while true {
            if let part = next() {
                guard part.end <= end else { return }
                body(part, byteCount)
                last = part
                continue
            }
            let start = last?.end ?? UInt64(header.headerByteCount)
            guard start <= end, stepOverTear(to: start..<end, budget: &budget) else { return }
            guard let part = next() else { return }
            if let torn = Self.torn(from: start, behind: last, before: part) { body(torn, nil) }
            body(part, byteCount)
            last = part
        }
    }

    /// What lies between two parts; `nil` for nothing, and for more than one part can be.
    private static func torn(
        from start: UInt64, behind last: IndexedPart?, before next: IndexedPart
    ) -> IndexedPart? {
        guard start < next.offset, let byteCount = UInt32(exactly: next.offset - start) else {
            return nil
        }
        // How long the first parts of a file last nobody knows: they count as none.
        let time = last.map { $0.start + $0.duration } ?? next.start
        return IndexedPart(
            offset: start, byteCount: byteCount, start: min(time, next.start),
            duration: max(next.start - time, .zero), isIndependent: last == nil,
            hasOtherSets: next.hasOtherSets)
    }
}
