import Codecs
import Timing
public import Wire

/// Writes a fragmented MP4 file, whose parts low-latency HLS hands out: samples in, whole parts out.
///
/// Samples are gathered for a part and appended to the caller's buffer as `moof` and `mdat` in one
/// go; the file's header comes with the first. A file cut between parts plays whole, and one cut
/// within a part plays up to it. H.264, H.265, VP9, AV1, AAC, Opus, MP3 and G.711; what key frames say
/// of themselves must be known beforehand.
public struct FragmentedMovieWriter: ~Copyable {
    /// Decode times that did not rise and were moved.
    public private(set) var correctedTimes = 0
    /// Samples left out because they came when the file had begun, and lie before its beginning.
    public private(set) var earlySamples = 0

    var tracks: [MovieTrack] = []
    let configuration: FragmentedMovieConfiguration
    /// What the file calls zero; `nil` before its header is written.
    private(set) var origin: Interval?
    /// The file's header, once it has been written.
    private(set) var initialization: [UInt8] = []
    /// What the part last written holds, as an index notes it.
    private(set) var runs = ByteWriter()
    /// Whether pictures have come with other parameter sets than the first ones, up to the part last written.
    private(set) var hasOtherSets = false
    private var sequenceNumber: UInt32 = 0
    var part: MoviePart?
    /// Where the part before ended, and the next begins.
    var lastEnd: Interval?
    /// When the part began by the clock, which pictures that come late put back.
    var began = Interval.zero
    private var clock = PartClock()
    /// The first with pictures: parts are measured by it.
    private let leadingTrack: Int
    let hasPictures: Bool

    /// A file of these tracks.
    public init(
        _ formats: [TrackFormat],
        configuration: FragmentedMovieConfiguration = FragmentedMovieConfiguration()
    ) throws(MuxerError) {
        guard (1...Container.trackLimit).contains(formats.count) else {
            throw .trackCount(formats.count)
        }
        for (index, format) in formats.enumerated() {
            tracks.append(try MovieTrack(format, index: index))
        }
        let pictures = formats.firstIndex { $0.kind == .video }
        (leadingTrack, hasPictures) = (pictures ?? 0, pictures != nil)
        self.configuration = configuration
    }

    /// Gathers one sample, and writes the part before it where that is full.
    ///
    /// - Parameters:
    ///   - sample: Whose it is, and when.
    ///   - payload: The sample's octets as the track's format describes them.
    ///   - output: Takes whole parts, the first behind the file's header.
    /// - Returns: The part that was written.
    @discardableResult
    public mutating func write(
        _ sample: Sample, payload: RawSpan, into output: inout ByteWriter
    ) throws(MuxerError) -> MoviePart? {
        let index = sample.track
        guard tracks.indices.contains(index) else { throw .noSuchTrack(index) }
        guard payload.byteCount > 0 else { throw .emptySample(track: index) }
        let duration = try duration(of: payload, in: index)
        var ticks = try decodeTicks(of: sample)
        if origin != nil, ticks < tracks[index].originTicks {
            let early = tracks[index].originTicks - ticks
            guard early <= tracks[index].ticks(Self.rounding) else {
                earlySamples += 1
                return nil
            }
            ticks = tracks[index].originTicks
        }
        let time = clock.time(of: sample, isLeading: index == leadingTrack)
        var written: MoviePart?
        if endsPart(sample, ticks, at: time) {
            written = writePart(next: (index, ticks, time), into: &output)
        }
        let isVideo = tracks[index].isVideo
        tracks[index].append(
            payload, at: ticks, delay: tracks[index].delay(of: sample),
            isKeyframe: sample.isKeyframe || !isVideo)
        if let duration { tracks[index].step = duration }
        note(sample, at: time, isVideo: isVideo)
        return written
    }

    /// Writes what has been gathered: at the end, or where a segment ends.
    @discardableResult
    public mutating func flush(into output: inout ByteWriter) -> MoviePart? {
        writePart(next: nil, into: &output)
    }

    /// Writes what has been gathered, a track's last sample lasting until `end`.
    mutating func flush(track index: Int, until end: Interval, into output: inout ByteWriter) {
        let ticks = tracks[index].ticks(end)
        let isLater = tracks[index].lastTicks.map { ticks > $0 } ?? false
        _ = writePart(next: isLater ? (index, ticks, end) : nil, into: &output)
    }

    /// Leaves parameter sets with the pictures, though the header has told them: others may hold by now.
    mutating func leaveSetsInStream() {
        for index in tracks.indices { tracks[index].leaveSetsInStream() }
    }

    /// The header alone, before any sample; parts follow without it, and say all of themselves.
    mutating func takeHeader() -> [UInt8] {
        let nothing = MoviePart(
            byteCount: 0, start: .zero, duration: .zero, isIndependent: true)
        var output = ByteWriter()
        writeHeader(nothing, into: &output)
        return output.bytes
    }

    /// Decode times further behind than this are no jitter.
    private static let backwardLimit = Interval.seconds(1)

    /// Times from containers whose clock is another are so far off at most.
    private static let rounding = Interval.milliseconds(1)
}

extension FragmentedMovieWriter {
    /// Checks a sample before anything of it is taken. Parts of the track are asked: a call to all of
    /// it would copy it.
    ///
    /// - Returns: How long a frame of sound lasts, in ticks; `nil` for pictures.
    private func duration(of payload: RawSpan, in index: Int) throws(MuxerError) -> Int64? {
        if tracks[index].isVideo {
            let fits = tracks[index].entry.shape.fits(payload, of: tracks[index].format)
            guard let fits else { throw .malformedSample(track: index) }
            guard fits else { throw .formatChanged(track: index) }
            return nil
        }
        if let ticks = tracks[index].frameTicks, payload.byteCount <= TrackFormat.aacLimit {
            return ticks
        }
        guard let duration = tracks[index].format.frameDuration(of: payload) else {
            throw .malformedSample(track: index)
        }
        return tracks[index].ticks(duration)
    }

    /// The sample's decode time in its track's ticks, later than the one before it.
    private mutating func decodeTicks(of sample: Sample) throws(MuxerError) -> Int64 {
        let index = sample.track
        let ticks = tracks[index].settled(tracks[index].ticks(sample.decodeTime))
        guard let last = tracks[index].lastTicks, ticks <= last else { return ticks }
        guard last - ticks < tracks[index].ticks(Self.backwardLimit) else {
            throw .timeWentBack(track: index)
        }
        correctedTimes += 1
        return last + 1
    }

    private mutating func writePart(
        next: (track: Int, ticks: Int64, time: Interval)?, into output: inout ByteWriter
    ) -> MoviePart? {
        guard var part else { return nil }
        if origin == nil { writeHeader(part, into: &output) }
        sequenceNumber &+= 1
        hasOtherSets = tracks.contains { $0.sets?.areInStream == true }
        let before = output.count
        MovieFragment(
            sequenceNumber: sequenceNumber, next: next.map { ($0.track, $0.ticks) }
        ).write(tracks, to: &output)
        part.byteCount = output.count - before
        if configuration.canBeClosed { noteRuns(in: part) }
        let isBack = next.map { began - $0.time >= configuration.partDuration } ?? true
        let end = max(isBack ? end : next?.time ?? end, part.start)
        part.duration = end - part.start
        lastEnd = isBack ? nil : end
        for index in tracks.indices { tracks[index].removePending() }
        self.part = nil
        return part
    }

    private mutating func writeHeader(_ part: MoviePart, into output: inout ByteWriter) {
        let origin = configuration.origin ?? firstShown ?? part.start
        for index in tracks.indices { tracks[index].begin(at: origin) }
        let before = output.count
        MovieHeader(tracks: tracks, canBeClosed: configuration.canBeClosed).write(to: &output)
        initialization = Array(output.bytes[before...])
        self.origin = origin
    }

    /// When the first of the tracks' first samples is shown: a file begins with it, whatever is
    /// decoded before.
    private var firstShown: Interval? {
        tracks.compactMap(\.firstShown).min()
    }

    /// The tracks' octets end the part, one track behind the other.
    private mutating func noteRuns(in part: MoviePart) {
        runs.removeAll()
        var offset = part.byteCount - gatheredBytes
        for index in tracks.indices where !tracks[index].pending.isEmpty {
            IndexedRun.write(tracks[index].run, of: index, dataOffset: offset, to: &runs)
            offset += tracks[index].bytes.count
        }
    }

    /// When the last sample gathered ends, as far as can be known.
    private var end: Interval {
        var end = part?.start ?? .zero
        for index in tracks.indices { end = max(end, tracks[index].end ?? end) }
        return end
    }
}
