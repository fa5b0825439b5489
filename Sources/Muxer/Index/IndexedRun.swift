import Wire

/// What a part holds of one track, as the tables of a plain MP4 will want it.
///
/// Numbers of four octets, big-endian, as the tables have them too: the closing of a long file is
/// then little more than copying.
struct IndexedRun: ~Escapable {
    let track: Int
    let sampleCount: Int
    /// Of the first sample's first octet in the part; the others follow it.
    let dataOffset: UInt32
    /// The first sample's decode time in the track's ticks, as it was handed in.
    let firstTicks: Int64
    /// How long the last sample lasts, as far as was known when the part was written.
    let lastStep: UInt32
    /// Pairs: samples, and how long each lasts. The last sample is not among them.
    let durations: RawSpan
    /// Pairs: samples, and how much later than decoded they are shown.
    let compositions: RawSpan
    /// Which samples a decoder can begin with, counted from 0; sound has no list.
    let keyframes: RawSpan
    /// Octets of each sample.
    let sizes: RawSpan

    @_lifetime(copy reader)
    init(parsing reader: inout ByteReader) throws(ParseError) {
        track = Int(try reader.readUInt8())
        sampleCount = Int(try reader.readUInt32())
        dataOffset = try reader.readUInt32()
        firstTicks = Int64(bitPattern: try reader.readUInt64())
        lastStep = try reader.readUInt32()
        let durationCount = Int(try reader.readUInt32())
        let compositionCount = Int(try reader.readUInt32())
        let keyframeCount = Int(try reader.readUInt32())
        durations = try reader.read(durationCount * 8)
        compositions = try reader.read(compositionCount * 8)
        keyframes = try reader.read(keyframeCount * 4)
        sizes = try reader.read(sampleCount * 4)
        guard sampleCount > 0 else { throw .invalid(field: "sample count", at: 0) }
        guard abs(firstTicks / 2) < Self.ticksLimit else {
            throw .invalid(field: "decode time", at: 9)
        }
    }

    /// Far beyond any clock's; sums of them do not overflow.
    private static let ticksLimit: Int64 = 1 << 58

    /// Appends what `track` has pending.
    static func write(
        _ track: MovieTrack, index: Int, dataOffset: Int, to writer: inout ByteWriter
    ) {
        let pending = track.pending
        writer.write(UInt8(index))
        writer.write(UInt32(pending.count))
        writer.write(UInt32(truncatingIfNeeded: dataOffset))
        writer.write(UInt64(bitPattern: pending[0].decodeTicks))
        writer.write(UInt32(truncatingIfNeeded: max(track.step, 0)))
        let counts = writer.count
        writer.write(repeating: 0, count: 12)
        let durations = writePairs(of: pending.count - 1, to: &writer) {
            UInt32(truncatingIfNeeded: pending[$0 + 1].decodeTicks - pending[$0].decodeTicks)
        }
        let compositions = writePairs(of: pending.count, to: &writer) {
            UInt32(truncatingIfNeeded: pending[$0].presentationTicks - pending[$0].decodeTicks)
        }
        var keyframes: UInt32 = 0
        if track.format.kind == .video {
            for (place, sample) in pending.enumerated() where sample.isKeyframe {
                writer.write(UInt32(place))
                keyframes += 1
            }
        }
        for sample in pending { writer.write(UInt32(truncatingIfNeeded: sample.byteCount)) }
        writer.patchUInt32(durations, at: counts)
        writer.patchUInt32(compositions, at: counts + 4)
        writer.patchUInt32(keyframes, at: counts + 8)
    }

    /// - Returns: How many pairs there are.
    private static func writePairs(
        of count: Int, to writer: inout ByteWriter, _ value: (Int) -> UInt32
    ) -> UInt32 {
        var pairs: UInt32 = 0
        var start = 0
        while start < count {
            let shared = value(start)
            var end = start + 1
            while end < count, value(end) == shared { end += 1 }
            writer.write(UInt32(end - start))
            writer.write(shared)
            (start, pairs) = (end, pairs + 1)
        }
        return pairs
    }
}

/// Walks the runs of one part.
struct IndexedRuns: ~Escapable {
    private var reader: ByteReader

    @_lifetime(copy bytes)
    init(_ bytes: RawSpan) { reader = ByteReader(bytes) }

    @_lifetime(copy self)
    mutating func next() throws(ParseError) -> IndexedRun {
        try IndexedRun(parsing: &reader)
    }

    var isAtEnd: Bool { reader.isAtEnd }
}
