import Codecs
import Timing
public import Wire

/// Writes a WebM file that grows: samples in, whole clusters out.
///
/// Samples are gathered for a cluster and appended to the caller's buffer in one go, the file's
/// header before the first. A file cut between clusters plays whole, and one cut within a cluster
/// plays up to it. VP8, VP9, AV1 and Opus; times are whole milliseconds, as players expect of WebM.
public struct WebMWriter: ~Copyable {
    /// Decode times that did not rise and were moved.
    public private(set) var correctedTimes = 0

    /// What the file calls zero; `nil` before its header is written.
    private(set) var origin: Interval?
    /// The file's header, once it has been written.
    private(set) var initialization: [UInt8] = []
    /// What the cluster last written holds, as an index notes it: when its first key frame is shown,
    /// by the file's clock. Nothing, where there is none.
    private(set) var runs = ByteWriter()

    private var tracks: [WebMTrack] = []
    private var last: [(time: Interval, step: Interval)?] = []
    private let configuration: WebMConfiguration
    /// The track that players go by: the first with pictures.
    private let leadingTrack: Int
    private let hasPictures: Bool
    private var cluster = WebMCluster()
    private var part: MoviePart?

    /// A file of these tracks.
    public init(
        _ formats: [TrackFormat], configuration: WebMConfiguration = WebMConfiguration()
    ) throws(MuxerError) {
        guard (1...Container.trackLimit).contains(formats.count) else {
            throw .trackCount(formats.count)
        }
        for (index, format) in formats.enumerated() {
            tracks.append(try WebMTrack(format, index: index))
        }
        last = formats.map { _ in nil }
        let pictures = formats.firstIndex { $0.kind == .video }
        (leadingTrack, hasPictures) = (pictures ?? 0, pictures != nil)
        self.configuration = configuration
    }

    /// Gathers one sample, and writes the cluster before it where that is full.
    ///
    /// - Parameters:
    ///   - sample: Whose it is, and when.
    ///   - payload: The sample's octets as the track's format describes them.
    ///   - output: Takes whole clusters, the first behind the file's header.
    /// - Returns: The cluster that was written.
    @discardableResult
    public mutating func write(
        _ sample: Sample, payload: RawSpan, into output: inout ByteWriter
    ) throws(MuxerError) -> MoviePart? {
        let index = sample.track
        guard tracks.indices.contains(index) else { throw .noSuchTrack(index) }
        guard payload.byteCount > 0 else { throw .emptySample(track: index) }
        let duration = try check(payload, of: index)
        let decoded = try decodeTime(of: sample)
        var written: MoviePart?
        if endsCluster(sample) { written = writeCluster(next: sample.decodeTime, into: &output) }
        last[index] = (decoded, duration ?? step(of: index, to: decoded))
        gather(sample, payload, shownAt: max(sample.presentationTime, decoded))
        return written
    }

    /// Writes what has been gathered: at the end, or where a segment ends.
    @discardableResult
    public mutating func flush(into output: inout ByteWriter) -> MoviePart? {
        writeCluster(next: nil, into: &output)
    }

    private static let blockLimit = Interval.seconds(30)

    /// Decode times further behind than this are no jitter.
    private static let backwardLimit = Interval.seconds(1)
}

extension WebMWriter {
    /// - Returns: How long a frame of sound lasts.
    private func check(_ payload: RawSpan, of index: Int) throws(MuxerError) -> Interval? {
        let format = tracks[index].format
        guard format.kind == .video else {
            guard let duration = format.frameDuration(of: payload) else {
                throw .malformedSample(track: index)
            }
            return duration
        }
        guard let fits = tracks[index].shape.fits(payload, of: format) else {
            throw .malformedSample(track: index)
        }
        guard fits else { throw .formatChanged(track: index) }
        return nil
    }

    private mutating func decodeTime(of sample: Sample) throws(MuxerError) -> Interval {
        guard let last = last[sample.track], sample.decodeTime <= last.time else {
            return sample.decodeTime
        }
        guard last.time - sample.decodeTime < Self.backwardLimit else {
            throw .timeWentBack(track: sample.track)
        }
        correctedTimes += 1
        return last.time + .milliseconds(1)
    }

    /// How long a picture lasts, by the one before. Behind a gap that is as long as ever.
    private func step(of index: Int, to time: Interval) -> Interval {
        guard let last = last[index] else { return .usualPicture }
        let step = time - last.time
        return step.isPictureLength ? step : last.step
    }

    private func endsCluster(_ sample: Sample) -> Bool {
        guard let part else { return false }
        if sample.decodeTime - part.start >= configuration.clusterDuration { return true }
        // A block's time counts from its cluster's in sixteen bits of milliseconds.
        if part.start - sample.decodeTime >= Self.blockLimit { return true }
        if cluster.byteCount >= configuration.clusterByteCount { return true }
        guard tracks[sample.track].format.kind == .video, sample.isKeyframe else { return false }
        return cluster.blocks.contains { $0.track == sample.track }
    }

    private mutating func gather(_ sample: Sample, _ payload: RawSpan, shownAt time: Interval) {
        let format = tracks[sample.track].format
        var start = 0
        if case .av1 = format { start = AV1Configuration.withoutDelimiter(payload) }
        let isVideo = format.kind == .video
        cluster.append(
            payload.extracting(start..<payload.byteCount), track: sample.track, shownAt: time,
            isKeyframe: sample.isKeyframe || !isVideo)
        let beginsHere = isVideo ? sample.isKeyframe : !hasPictures
        var noted =
            part
            ?? MoviePart(
                byteCount: 0, start: sample.decodeTime, duration: .zero, isIndependent: beginsHere)
        noted.isIndependent = noted.isIndependent || beginsHere
        part = noted
    }

    private mutating func writeCluster(
        next: Interval?, into output: inout ByteWriter
    ) -> MoviePart? {
        guard var part else { return nil }
        if origin == nil { writeHeader(into: &output) }
        let before = output.count
        cluster.write(to: &output) { milliseconds($0.time, track: $0.track) }
        part.byteCount = output.count - before
        part.duration = (next ?? end) - part.start
        noteKeyframe()
        cluster.removeAll()
        self.part = nil
        return part
    }

    /// Sound may stand before the key frame that a player goes to.
    private mutating func noteKeyframe() {
        runs.removeAll()
        guard let time = cluster.firstKeyframe(of: leadingTrack) else { return }
        runs.write(UInt64(max(milliseconds(time, track: leadingTrack), 0)))
    }

    private mutating func writeHeader(into output: inout ByteWriter) {
        let origin = configuration.origin ?? cluster.firstShown ?? .zero
        for block in cluster.blocks where tracks[block.track].format.kind == .audio {
            let before = (origin - block.time).nanoseconds
            tracks[block.track].delay = max(tracks[block.track].delay, before)
        }
        let before = output.count
        WebMHeader(tracks: tracks).write(to: &output)
        initialization = Array(output.bytes[before...])
        self.origin = origin
    }

    /// A time by the file's clock, rounded. What a decoder drops at first is delayed by as much.
    private func milliseconds(_ time: Interval, track: Int) -> Int64 {
        let elapsed = (time - (origin ?? .zero)).nanoseconds + tracks[track].delay
        return (elapsed + (elapsed < 0 ? -500_000 : 500_000)) / 1_000_000
    }

    private var end: Interval {
        var end = part?.start ?? .zero
        for case let last? in last { end = max(end, last.time + last.step) }
        return end
    }
}
