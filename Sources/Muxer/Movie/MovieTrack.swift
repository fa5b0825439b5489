import Codecs
import Timing
import Wire

/// A track as the movie's writer keeps it: its description, and the samples of the next part.
struct MovieTrack {
    /// One sample of the next part.
    struct Pending {
        let decodeTicks: Int64
        let presentationTicks: Int64
        let byteCount: Int
        let isKeyframe: Bool
    }

    let format: TrackFormat
    let entry: SampleEntry
    /// Ticks in a second.
    let timescale: Int64
    /// How long a sample lasts where nothing else is known; in the header once that is written.
    private(set) var defaultDuration: Int64
    private(set) var lastTicks: Int64?
    /// What the file calls zero.
    private(set) var originTicks: Int64 = 0
    /// How long the last sample lasted, or lasts when it is audio.
    var step: Int64 = 0

    private(set) var pending: [Pending] = []
    private(set) var bytes = ByteWriter()

    init(_ format: TrackFormat, index: Int) throws(MuxerError) {
        self.format = format
        var sets = ParameterSets([], isH265: false)
        switch format {
        case .h264(let units, _):
            sets = ParameterSets(units, isH265: false)
            guard !sets.isEmpty else { throw .missingParameterSets(track: index) }
            (timescale, defaultDuration) = (90_000, 0)
        case .aac(let configuration):
            timescale = Int64(configuration.sampleRate)
            defaultDuration = Int64(configuration.samplesPerFrame)
        case .mp3(let rate):
            (timescale, defaultDuration) = (Int64(rate), rate >= 32_000 ? 1_152 : 576)
        case .opus:
            (timescale, defaultDuration) = (48_000, 960)
        case .h265, .vp8, .vp9, .av1, .g711:
            throw .unsupportedFormat(track: index)
        }
        guard let entry = SampleEntry(format, sets: sets) else {
            throw .unsupportedFormat(track: index)
        }
        self.entry = entry
        step = defaultDuration
    }

    /// A time in the track's ticks, rounded.
    func ticks(_ time: Interval) -> Int64 {
        let (seconds, rest) = time.nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        let scaled = rest * timescale
        let half: Int64 = scaled < 0 ? -500_000_000 : 500_000_000
        return seconds * timescale + (scaled + half) / 1_000_000_000
    }

    /// Where an audio frame at `ticks` stands: behind the last one, unless it strays by more than a
    /// millisecond. Samples are samples; what drifts is corrected between parts.
    func settled(_ ticks: Int64) -> Int64 {
        guard format.kind == .audio, let lastTicks else { return ticks }
        let expected = lastTicks + step
        return abs(ticks - expected) <= timescale / 1_000 ? expected : ticks
    }

    /// Fixes what the header says, once the first part is known.
    mutating func begin(at origin: Interval) {
        originTicks = ticks(origin)
        if format.kind == .video, pending.count > 1 {
            defaultDuration = pending[1].decodeTicks - pending[0].decodeTicks
        }
    }

    /// Checks a sample before anything of it is taken.
    ///
    /// - Returns: How long an audio frame lasts, in ticks; `nil` for pictures.
    func duration(
        of payload: RawSpan, _ sample: Sample, index: Int
    ) throws(MuxerError) -> Int64? {
        guard case .h264(_, let framing) = format else {
            guard let duration = format.frameDuration(of: payload) else {
                throw .malformedSample(track: index)
            }
            return ticks(duration)
        }
        var walk = NALUnits(payload, framing: framing)
        while let header = walk.nextHeader {
            let kind = NALUnitKind(header: header, isH265: false)
            // No parameter set follows a slice; lengths are all checked, start codes need not be.
            if case .picture = kind, framing == .startCodes { return nil }
            guard let unit = walk.next() else { break }
            guard kind == .parameterSet(.sequence) else { continue }
            guard let parameters = try? H264SequenceParameterSet(parsing: unit),
                entry.fits(parameters)
            else { throw .formatChanged(track: index) }
        }
        guard walk.next() == nil, walk.offset > 0, !walk.isMalformed else {
            throw .malformedSample(track: index)
        }
        return nil
    }

    mutating func append(_ payload: RawSpan, at ticks: Int64, delay: Int64, isKeyframe: Bool) {
        if let lastTicks, format.kind == .video { step = ticks - lastTicks }
        lastTicks = ticks
        let before = bytes.count
        if case .h264(_, let framing) = format, framing != .lengths(octets: 4) {
            var walk = NALUnits(payload, framing: framing)
            while let unit = walk.next() {
                bytes.write(UInt32(unit.byteCount))
                bytes.write(unit)
            }
        } else {
            bytes.write(payload)
        }
        pending.append(
            Pending(
                decodeTicks: ticks, presentationTicks: ticks + delay,
                byteCount: bytes.count - before, isKeyframe: isKeyframe))
    }

    /// When the last sample ends, if any was taken.
    var end: Interval? {
        guard let lastTicks else { return nil }
        let (seconds, rest) = (lastTicks + step).quotientAndRemainder(dividingBy: timescale)
        return .seconds(seconds) + Interval(nanoseconds: rest * 1_000_000_000 / timescale)
    }

    mutating func removePending() {
        pending.removeAll(keepingCapacity: true)
        bytes.removeAll()
    }

    /// The pending samples' durations: to the next one, and for the last to `next` where that is
    /// known, else as long as the one before.
    func duration(at index: Int, next: Int64?) -> Int64 {
        let following = index + 1 < pending.count ? pending[index + 1].decodeTicks : next
        guard let following else { return max(step, 0) }
        return following - pending[index].decodeTicks
    }
}
