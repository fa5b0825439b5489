import Wire

extension FragmentWalk {
    /// Takes tracks out of a movie's head, or out of its fragments, where they lie: what tells of them
    /// becomes free space (ISO/IEC 14496-12 §8.1.2). No octet moves, so all offsets hold; the samples stay,
    /// and nothing points to them. A fragment of no other track becomes free space as a whole, its data
    /// too: one without tracks is refused by browsers.
    ///
    /// - Parameters:
    ///   - hidden: The tracks' numbers, counted from 1.
    ///   - movie: Whole boxes, one behind the other; edited where they lie.
    public static func hide(tracks hidden: Set<Int>, in movie: inout [UInt8]) {
        guard !hidden.isEmpty else { return }
        for place in places(of: hidden, in: movie.span.bytes) {
            movie.replaceSubrange(place + 4..<place + 8, with: "free".utf8)
        }
    }

    /// Where the boxes begin that become free space.
    private static func places(of hidden: Set<Int>, in bytes: RawSpan) -> [Int] {
        var (places, offset, isEmpty): ([Int], Int, Bool) = ([], 0, false)
        while let box = box(bytes, at: offset) {
            offset = box.end
            switch box.kind {
            case "moov":
                for child in children(of: box, in: bytes) {
                    let told = child.kind == "mvex" ? children(of: child, in: bytes) : [child]
                    places += told.filter { isOf(hidden, $0, in: bytes) }.map(\.start)
                }
            case "moof":
                let tracks = children(of: box, in: bytes).filter { $0.kind == "traf" }
                let found = tracks.filter { isOf(hidden, $0, in: bytes) }
                isEmpty = !found.isEmpty && found.count == tracks.count
                places += isEmpty ? [box.start] : found.map(\.start)
            case "mdat" where isEmpty: places.append(box.start)
            default: continue
            }
        }
        return places
    }

    private static func children(of box: Place, in bytes: RawSpan) -> [Place] {
        var (found, offset): ([Place], Int) = ([], box.content)
        while offset < box.end, let child = Self.box(bytes, at: offset), child.end <= box.end {
            found.append(child)
            offset = child.end
        }
        return found
    }

    /// Whether a box tells of one of these tracks.
    private static func isOf(_ tracks: Set<Int>, _ box: Place, in bytes: RawSpan) -> Bool {
        switch box.kind {
        case "trak":
            guard let head = children(of: box, in: bytes).first(where: { $0.kind == "tkhd" })
            else { return false }
            // Behind two times, which are of 64 bits in version 1.
            let version = number(at: head.content, before: head.end, bytes).map { $0 >> 24 }
            return number(at: head.content + (version == 1 ? 20 : 12), before: head.end, bytes)
                .map(tracks.contains) ?? false
        case "traf":
            return children(of: box, in: bytes).first { $0.kind == "tfhd" }
                .flatMap { number(at: $0.content + 4, before: $0.end, bytes) }
                .map(tracks.contains) ?? false
        case "trex":
            return number(at: box.content + 4, before: box.end, bytes).map(tracks.contains) ?? false
        default: return false
        }
    }

    private static func number(at offset: Int, before end: Int, _ bytes: RawSpan) -> Int? {
        guard offset + 4 <= end else { return nil }
        var reader = ByteReader(bytes.extracting(offset..<offset + 4))
        return (try? reader.readUInt32()).map(Int.init)
    }
}
