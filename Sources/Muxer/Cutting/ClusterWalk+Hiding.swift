extension ClusterWalk {
    /// Takes tracks out of what a WebM file begins with, or out of clusters, where they lie: what tells of
    /// them, and their blocks, become void elements (RFC 8794 §11.3.2). No octet moves.
    ///
    /// - Parameters:
    ///   - hidden: The tracks' numbers, counted from 1.
    ///   - file: Whole elements, one behind the other, or a head up to its first cluster; edited where it
    ///     lies.
    public static func hide(tracks hidden: Set<Int>, in file: inout [UInt8]) {
        guard !hidden.isEmpty else { return }
        for place in places(of: hidden, in: file.span.bytes) {
            file[place] = ElementID.void.octet
        }
    }

    /// Where the elements begin that become void: their identifiers have one octet, as the void's.
    private static func places(of hidden: Set<Int>, in bytes: RawSpan) -> [Int] {
        var (places, offset): ([Int], Int) = ([], segmentContent(in: bytes) ?? 0)
        while let found = element(bytes, at: offset, end: bytes.byteCount) {
            offset = found.content.upperBound
            guard [ElementID.tracks.rawValue, ElementID.cluster.rawValue].contains(found.id) else {
                continue
            }
            var place = found.content.lowerBound
            while let child = element(bytes, at: place, end: offset) {
                place = child.content.upperBound
                if track(of: child, in: bytes).map(hidden.contains) ?? false {
                    places.append(child.start)
                }
            }
        }
        return places
    }

    /// Where a segment's elements begin, however long it says it is; `nil` where none begins here.
    private static func segmentContent(in bytes: RawSpan) -> Int? {
        guard let head = element(bytes, at: 0, end: bytes.byteCount),
            head.id == ElementID.ebml.rawValue
        else { return nil }
        let place = head.content.upperBound
        guard place + 5 <= bytes.byteCount,
            number(in: bytes, place..<place + 4) == UInt64(ElementID.segment.rawValue)
        else { return nil }
        let size = UInt8(truncatingIfNeeded: number(in: bytes, place + 4..<place + 5))
        return place + 4 + size.leadingZeroBitCount + 1
    }

    /// Which track an entry or a block is of.
    private static func track(of element: Element, in bytes: RawSpan) -> Int? {
        switch element.id {
        case ElementID.trackEntry.rawValue:
            var place = element.content.lowerBound
            while let child = Self.element(bytes, at: place, end: element.content.upperBound) {
                place = child.content.upperBound
                guard child.id == ElementID.trackNumber.rawValue else { continue }
                return Int(clamping: number(in: bytes, child.content.suffix(8)))
            }
            return nil
        case ElementID.simpleBlock.rawValue:
            // The number's first bit says that it has one octet.
            return element.content.isEmpty
                ? nil : Int(number(in: bytes, element.content.prefix(1))) & 0x7F
        default: return nil
        }
    }
}
