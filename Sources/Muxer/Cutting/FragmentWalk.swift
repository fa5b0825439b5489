import Wire

/// Walks fragments as this house's writers make them: what a reader of single parts must know.
public enum FragmentWalk {
    /// Numbers the fragments anew, one after the other (ISO/IEC 14496-12 §8.8.5).
    ///
    /// - Parameters:
    ///   - fragments: One behind the other, whole; edited where they lie.
    ///   - number: The first one's; afterwards what the next one's would be.
    public static func renumber(_ fragments: inout [UInt8], from number: inout UInt32) {
        var places: [Int] = []
        visit(fragments.span.bytes) { box in
            if case .sequenceNumber(let offset) = box { places.append(offset) }
        }
        for place in places {
            for index in 0..<4 {
                fragments[place + index] = UInt8(truncatingIfNeeded: number >> (24 - 8 * index))
            }
            number &+= 1
        }
    }

    /// Moves the fragments' times back, as where what lies before them is left out.
    ///
    /// - Parameters:
    ///   - fragments: Whole fragments, one behind the other.
    ///   - timescales: Ticks a second of each track, in order of their numbers from 1.
    ///   - nanoseconds: How far.
    ///   - extra: How many ticks further each track; not at all where nothing is said.
    public static func shift(
        _ fragments: inout [UInt8], timescales: [Int64], by nanoseconds: Int64,
        extra: [Int64] = []
    ) {
        var places: [(at: Int, track: Int)] = []
        visit(fragments.span.bytes) { box in
            if case .decodeTime(let track, let offset) = box { places.append((offset, track)) }
        }
        for place in places where timescales.indices.contains(place.track - 1) {
            let scale = timescales[place.track - 1]
            let (seconds, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
            var ticks = seconds &* scale &+ (rest &* scale &+ 500_000_000) / 1_000_000_000
            if extra.indices.contains(place.track - 1) { ticks &+= extra[place.track - 1] }
            var value: UInt64 = 0
            for index in 0..<8 { value = value << 8 | UInt64(fragments[place.at + index]) }
            // No time of ours overflows; a forged one begins anew.
            let (moved, isOver) = Int64(bitPattern: value).subtractingReportingOverflow(ticks)
            value = isOver ? 0 : UInt64(max(moved, 0))
            for index in 0..<8 {
                fragments[place.at + index] = UInt8(truncatingIfNeeded: value >> (56 - 8 * index))
            }
        }
    }

    /// When the earliest of the fragments' samples is decoded, in nanoseconds; `nil` where there is none.
    public static func earliest(in fragments: RawSpan, timescales: [Int64]) -> Int64? {
        var earliest: Int64?
        visit(fragments) { box in
            guard case .decodeTime(let track, let offset) = box,
                timescales.indices.contains(track - 1), timescales[track - 1] > 0
            else { return }
            var reader = ByteReader(fragments.extracting(offset..<offset + 8))
            guard let value = try? reader.readUInt64(), let ticks = Int64(exactly: value) else {
                return
            }
            let scale = timescales[track - 1]
            let (seconds, rest) = ticks.quotientAndRemainder(dividingBy: scale)
            let (whole, isOver) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
            let time = isOver ? Int64.max : whole &+ rest &* 1_000_000_000 / scale
            earliest = min(earliest ?? time, time)
        }
        return earliest
    }

    /// The octets of the first sample of `track`, counted from 1; `nil` where there is none.
    public static func firstSample(ofTrack track: Int, in fragments: RawSpan) -> [UInt8]? {
        var found: Range<Int>?
        visit(fragments) { box in
            guard found == nil, case .run(track, let start, let size) = box else { return }
            found = start..<start + size
        }
        guard let found, found.upperBound <= fragments.byteCount else { return nil }
        return fragments.extracting(found).withUnsafeBytes { Array($0) }
    }

    private enum Box {
        /// Where its four octets are.
        case sequenceNumber(at: Int)
        /// The track's number, and where its eight octets of decode time are.
        case decodeTime(track: Int, at: Int)
        /// The track's number, where its first sample is, and its octets.
        case run(track: Int, start: Int, size: Int)
    }

    private static func visit(_ bytes: RawSpan, _ body: (Box) -> Void) {
        var offset = 0
        while let box = box(bytes, at: offset) {
            if box.kind == "moof" { visitTracks(bytes, box, body) }
            offset = box.end
        }
    }

    private static func visitTracks(
        _ bytes: RawSpan, _ fragment: Place, _ body: (Box) -> Void
    ) {
        var offset = fragment.content
        while offset < fragment.end, let traf = box(bytes, at: offset) {
            offset = traf.end
            if traf.kind == "mfhd", traf.end - traf.content == 8 {
                body(.sequenceNumber(at: traf.content + 4))
            }
            guard traf.kind == "traf" else { continue }
            var (inner, track, size) = (traf.content, 0, 0)
            while inner < traf.end, let leaf = box(bytes, at: inner) {
                inner = leaf.end
                let fields = bytes.extracting(leaf.content..<leaf.end)
                switch leaf.kind {
                case "tfhd": (track, size) = trackHeader(fields)
                case "tfdt" where leaf.end - leaf.content == 12:
                    body(.decodeTime(track: track, at: leaf.content + 4))
                case "trun":
                    guard let run = run(fields, defaultSize: size) else { continue }
                    body(.run(track: track, start: fragment.start + run.offset, size: run.size))
                default: continue
                }
            }
        }
    }

    private static func trackHeader(_ fields: RawSpan) -> (track: Int, defaultSize: Int) {
        var reader = ByteReader(fields)
        guard let flags = try? reader.readUInt32(), let track = try? reader.readUInt32() else {
            return (0, 0)
        }
        for (flag, count) in [(UInt32(1), 8), (2, 4), (8, 4)] where flags & flag != 0 {
            try? reader.skip(count)
        }
        let size = flags & 0x10 != 0 ? (try? reader.readUInt32()) ?? 0 : 0
        return (Int(track), Int(size))
    }

    private static func run(_ fields: RawSpan, defaultSize: Int) -> (offset: Int, size: Int)? {
        var reader = ByteReader(fields)
        guard let flags = try? reader.readUInt32(), let count = try? reader.readUInt32(),
            count > 0, flags & 1 != 0, let offset = try? reader.readUInt32()
        else { return nil }
        if flags & 4 != 0 { try? reader.skip(4) }
        if flags & 0x100 != 0 { try? reader.skip(4) }
        guard flags & 0x200 != 0 else { return (Int(offset), defaultSize) }
        guard let size = try? reader.readUInt32() else { return nil }
        return (Int(offset), Int(size))
    }

    /// A box: its four letters, where it begins, what is in it, and where it ends.
    struct Place {
        var kind: String
        var start: Int
        var content: Int
        var end: Int
    }

    /// The box at an offset; `nil` where none is whole.
    static func box(_ bytes: RawSpan, at offset: Int) -> Place? {
        guard offset <= bytes.byteCount else { return nil }
        var reader = ByteReader(bytes.extracting(offset..<bytes.byteCount))
        guard let size = try? reader.readUInt32(), size >= 8,
            let kind = try? reader.read(4), offset + Int(size) <= bytes.byteCount
        else { return nil }
        return Place(
            kind: kind.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }, start: offset,
            content: offset + 8, end: offset + Int(size))
    }
}
