import Codecs
import Timing
import Wire

/// A track as the movie's writer keeps it: its description, and the samples of the next part.
struct MovieTrack {
    let format: TrackFormat
    let isVideo: Bool
    /// How long each frame of sound lasts, where they all last the same.
    let frameTicks: Int64?
    private(set) var entry: SampleEntry
    /// H.264 and H.265 only.
    private(set) var sets: CarriedSets?
    /// Ticks in a second.
    let timescale: Int64
    /// How long a sample lasts where nothing else is known; in the header once that is written.
    private(set) var defaultDuration: Int64
    private(set) var lastTicks: Int64?
    /// What the track's own times count from: the file's zero, or the first sample where that is
    /// decoded before it.
    private(set) var originTicks: Int64 = 0
    /// How much of the track lies before the file's zero, and is not shown: an encoder's delay, or
    /// that of reordered pictures.
    private(set) var leadTicks: Int64 = 0
    /// How long the last sample lasted, or lasts when it is audio.
    var step: Int64 = 0

    /// When the first sample of all is shown; `nil` before there is one.
    private(set) var firstShown: Interval?
    private(set) var pending: [PendingRun.Sample] = []
    private(set) var bytes = ByteWriter()

    init(_ format: TrackFormat, index: Int) throws(MuxerError) {
        self.format = format
        isVideo = format.kind == .video
        var sets = ParameterSets([], isH265: false)
        (timescale, defaultDuration) = (format.movieTimescale, Self.usualDuration(of: format))
        if case .aac = format { frameTicks = defaultDuration } else { frameTicks = nil }
        switch format {
        case .h264(let units, _): sets = ParameterSets(units, isH265: false)
        case .h265(let units, _): sets = ParameterSets(units, isH265: true)
        case .vp9, .av1, .aac, .opus, .mp3, .g711: break
        case .vp8: throw .unsupportedFormat(track: index)
        }
        if format.isUnknown(sets) { throw .missingParameterSets(track: index) }
        guard timescale > 0, let entry = SampleEntry(format, sets: sets) else {
            throw .unsupportedFormat(track: index)
        }
        self.entry = entry
        step = defaultDuration
        switch format {
        case .h264(_, let framing):
            self.sets = CarriedSets(sets, isH265: false, framing: framing)
        case .h265(_, let framing):
            self.sets = CarriedSets(sets, isH265: true, framing: framing)
        case .vp8, .vp9, .av1, .aac, .opus, .mp3, .g711: break
        }
    }

    /// Says in the sample entry that parameter sets stand with the pictures too.
    mutating func tellSetsInStream() {
        sets?.leaveInStream()
        guard let sets else { return }
        entry = SampleEntry(format, sets: sets.entry, areSetsInStream: true) ?? entry
    }

    /// Leaves parameter sets where they are from here on, whatever the entry has told.
    mutating func leaveSetsInStream() { sets?.leaveInStream() }

    /// How many ticks a sample lasts where nothing else is known.
    private static func usualDuration(of format: TrackFormat) -> Int64 {
        switch format {
        case .h264, .h265, .vp8, .vp9, .av1: Interval.usualPicture.ticks90
        case .aac(let configuration): Int64(configuration.samplesPerFrame)
        case .mp3(let rate): rate >= 32_000 ? 1_152 : 576
        case .opus: 960
        case .g711(_, let rate, _): Int64(rate) / 50
        }
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
        guard !isVideo, let expected = expectedTicks else { return ticks }
        return abs(ticks - expected) <= timescale / 1_000 ? expected : ticks
    }

    /// Where the next sample stands that lasts as long as the last one; `nil` before there is one.
    var expectedTicks: Int64? { lastTicks.map { $0 + step } }

    /// How much later than decoded a sample is shown, in the track's ticks.
    func delay(of sample: Sample) -> Int64 {
        guard sample.presentationTime > sample.decodeTime else { return 0 }
        return ticks(sample.presentationTime) - ticks(sample.decodeTime)
    }

    /// Fixes what the header says, once the first part is known.
    mutating func begin(at origin: Interval) {
        let zero = ticks(origin)
        originTicks = min(zero, pending.first?.decodeTicks ?? zero)
        setLead(zero - originTicks)
        if sets?.areInStream == true { tellSetsInStream() }
        if isVideo, pending.count > 1 {
            defaultDuration = pending[1].decodeTicks - pending[0].decodeTicks
        }
    }

    mutating func setLead(_ ticks: Int64) {
        leadTicks = max(ticks, 0)
        if case .opus = format { entry.setPreSkip(leadTicks) }
    }

    mutating func append(_ payload: RawSpan, at ticks: Int64, delay: Int64, isKeyframe: Bool) {
        if lastTicks == nil { firstShown = time(ticks + delay) }
        if let lastTicks, isVideo { notePicture(ticks - lastTicks) }
        lastTicks = ticks
        let before = bytes.count
        switch format {
        case .h264, .h265:
            sets?.write(payload, isKeyframe: isKeyframe, to: &bytes)
        case .av1:
            let start = AV1Configuration.withoutDelimiter(payload)
            bytes.write(payload.extracting(start..<payload.byteCount))
        case .vp8, .vp9, .aac, .opus, .mp3, .g711:
            bytes.write(payload)
        }
        pending.append(
            PendingRun.Sample(
                decodeTicks: ticks, presentationTicks: ticks + delay,
                byteCount: bytes.count - before, isKeyframe: isKeyframe))
    }

    private mutating func notePicture(_ ticks: Int64) {
        if time(ticks).isPictureLength { step = ticks }
    }

    /// When the last sample ends, if any was taken.
    var end: Interval? {
        guard let lastTicks else { return nil }
        return time(lastTicks + step)
    }

    private func time(_ ticks: Int64) -> Interval {
        let (seconds, rest) = ticks.quotientAndRemainder(dividingBy: timescale)
        return .seconds(seconds) + Interval(nanoseconds: rest * 1_000_000_000 / timescale)
    }

    mutating func removePending() {
        pending.removeAll(keepingCapacity: true)
        bytes.removeAll()
    }

    /// The samples of the next part, without what holds for the whole track.
    var run: PendingRun {
        PendingRun(
            samples: pending, isVideo: isVideo, step: step, originTicks: originTicks)
    }
}
