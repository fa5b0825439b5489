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

    /// Appends what a track has pending.
    static func write(
        _ run: PendingRun, of index: Int, dataOffset: Int, to writer: inout ByteWriter
    ) {
        let pending = run.samples
        func step(_ place: Int) -> UInt32 {
            UInt32(
                truncatingIfNeeded: pending[place + 1].decodeTicks - pending[place].decodeTicks)
        }
        func delay(_ place: Int) -> UInt32 {
            UInt32(
                truncatingIfNeeded: pending[place].presentationTicks - pending[place].decodeTicks)
        }
        var (durations, compositions, keyframes) = (0, 0, 0)
        forEachPair(of: pending.count - 1, step) { _, _ in durations += 1 }
        forEachPair(of: pending.count, delay) { _, _ in compositions += 1 }
        if run.isVideo { keyframes = pending.count(where: \.isKeyframe) }
        let entriesByteCount = 8 * (durations + compositions) + 4 * (keyframes + pending.count)
        writer.table(byteCount: headByteCount + entriesByteCount) { table in
            table.write(UInt8(index))
            table.write(UInt32(pending.count))
            table.write(UInt32(truncatingIfNeeded: dataOffset))
            table.write(pending[0].decodeTicks)
            table.write(UInt32(truncatingIfNeeded: max(run.step, 0)))
            table.write(UInt32(durations))
            table.write(UInt32(compositions))
            table.write(UInt32(keyframes))
            forEachPair(of: pending.count - 1, step) { length, value in
                table.write(length)
                table.write(value)
            }
            forEachPair(of: pending.count, delay) { length, value in
                table.write(length)
                table.write(value)
            }
            if run.isVideo {
                for (place, sample) in pending.enumerated() where sample.isKeyframe {
                    table.write(UInt32(place))
                }
            }
            for sample in pending { table.write(UInt32(truncatingIfNeeded: sample.byteCount)) }
        }
    }

    /// Joins equal values that follow one another.
    private static func forEachPair(
        of count: Int, _ value: (Int) -> UInt32, _ body: (_ length: UInt32, _ value: UInt32) -> Void
    ) {
        var start = 0
        while start < count {
            let shared = value(start)
            var end = start + 1
            while end < count, value(end) == shared { end += 1 }
            body(UInt32(end - start), shared)
            start = end
        }
    }

    /// Octets of a run up to its first pair.
    private static let headByteCount = 33
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
