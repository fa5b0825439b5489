import Codecs
public import Timing
public import Wire

/// Writes a recording as one file after another: samples in, octets and places to cut out.
///
/// A file begins with a key frame (with any sample, where there are no pictures) and is whole by
/// itself. What comes before the first key frame is counted and left out; after that no sample is
/// lost or written twice. A file also ends where it cannot go on: pictures that change their size or
/// profile, and in MP4 and WebM times that go back: those of pictures there, those of sound with the next
/// key frame.
public struct SegmentWriter: ~Copyable {
    /// What became of a sample.
    public enum Outcome: Hashable, Sendable {
        /// It is in the current file, or gathered for it.
        case written
        /// A file begins with it: octets of the output up to the offset end the file before, those
        /// from there on are the new one's.
        case began(at: Int)
        /// It does not fit the file, which goes on: its track's time went back, or lies before the file's.
        case leftOut
        /// There is no file to put it in until a key frame comes.
        case awaitsKeyframe
    }

    /// Samples left out for want of a key frame before them, or because they do not fit their file.
    public private(set) var awaitedSamples = 0
    /// Times that did not rise and were moved, in all files.
    public var correctedTimes: Int { formerCorrections + presentCorrections }
    /// Files begun.
    public private(set) var segments = 0
    /// Octets written to the current file.
    public var byteCount: Int { file.byteCount }
    /// When the current file's first sample is decoded; `nil` while a key frame is awaited.
    public var start: Interval? { file.start }
    /// The formats as last learned: with the parameter sets of the last key frame.
    public private(set) var formats: [TrackFormat]
    /// Nanoseconds since 1970 at media time zero, for the index of the next file.
    public var wallClock: Int64 = 0

    let container: Container
    let limits: SegmentLimits
    let leadingTrack: Int
    let hasPictures: Bool
    var index = SegmentIndex()
    var movie: FragmentedMovieWriter?
    var webm: WebMWriter?
    var stream: TransportStreamWriter?
    /// Those of files that have ended.
    private var formerCorrections = 0
    /// What the pictures of the current file are, where its container does not say it: what is cut out
    /// of a transport stream is decoded with one header.
    var shape: PictureShape?
    private var file = CurrentFile()

    /// How far the file has come that is written, or was written last.
    private struct CurrentFile {
        var byteCount = 0
        var start: Interval?
        /// Sound whose time went back waits for the next key frame, so that no picture is lost for it.
        var endsWithKeyframe = false
    }

    /// A recording of these tracks. The first with pictures decides where files begin.
    public init(
        _ formats: [TrackFormat], container: Container, limits: SegmentLimits = SegmentLimits()
    ) throws(MuxerError) {
        (self.formats, self.container) = (formats, container)
        self.limits = limits.within(container.durationLimit)
        let pictures = formats.firstIndex { $0.kind == .video }
        (leadingTrack, hasPictures) = (pictures ?? 0, pictures != nil)
        guard !formats.isEmpty else { throw .trackCount(0) }
        try container.check(formats)
        // The others' writers are made with the first key frame.
        if container == .mpegts { stream = try TransportStreamWriter(formats) }
    }

    /// Writes one sample.
    ///
    /// - Parameters:
    ///   - sample: Whose it is, and when.
    ///   - payload: The sample's octets as the track's format describes them.
    ///   - output: Takes what can be written to the file now.
    public mutating func write(
        _ sample: Sample, payload: RawSpan, into output: inout ByteWriter
    ) throws(MuxerError) -> Outcome {
        guard formats.indices.contains(sample.track) else { throw .noSuchTrack(sample.track) }
        let canBegin = beginsFile(sample)
        if canBegin { formats[sample.track] = formats[sample.track].learning(from: payload) }
        guard start != nil else {
            return canBegin ? try begin(sample, payload, into: &output) : leaveOut()
        }
        if canBegin, isFull(at: sample.decodeTime) || isReshaped || file.endsWithKeyframe {
            end(into: &output)
            return try begin(sample, payload, into: &output)
        }
        let early = movie?.earlySamples
        do {
            try append(sample, payload, into: &output)
        } catch .timeWentBack where sample.track != leadingTrack {
            file.endsWithKeyframe = true
            return leaveOut(.leftOut)
        } catch .formatChanged, .timeWentBack {
            end(into: &output)
            return canBegin ? try begin(sample, payload, into: &output) : leaveOut()
        }
        return movie?.earlySamples == early ? .written : leaveOut(.leftOut)
    }

    /// Writes what has been gathered, and ends the file: it is whole now. The next key frame begins
    /// another.
    public mutating func end(into output: inout ByteWriter) {
        let before = output.count
        switch container {
        case .mpegts:
            stream?.flush(into: &output)
            file.byteCount += output.count - before
            finishLastPart()
        case .fmp4, .mp4, .webm:
            flush(into: &output)
        }
        file.start = nil
        formerCorrections += (movie?.correctedTimes ?? 0) + (webm?.correctedTimes ?? 0)
        movie = nil
        webm = nil
    }

    /// Writes the samples gathered for a part of MP4 or WebM as one, and goes on with the file: for when
    /// nothing comes. A transport stream's pictures are written as they come.
    public mutating func flush(into output: inout ByteWriter) {
        let before = output.count
        let part = movie?.flush(into: &output) ?? webm?.flush(into: &output)
        file.byteCount += output.count - before
        if let part { note(part) }
    }

    /// Those of the file that is written; of a transport stream all.
    private var presentCorrections: Int {
        switch stream {
        case .some(let stream): return stream.statistics.correctedTimes
        case nil: break
        }
        switch movie {
        case .some(let movie): return movie.correctedTimes
        case nil: break
        }
        switch webm {
        case .some(let webm): return webm.correctedTimes
        case nil: return 0
        }
    }

    private func beginsFile(_ sample: Sample) -> Bool {
        guard hasPictures else { return true }
        return sample.track == leadingTrack && sample.isKeyframe
    }

    private func isFull(at time: Interval) -> Bool {
        if let limit = limits.duration, let start, time - start >= limit { return true }
        if let limit = limits.byteCount, byteCount >= limit { return true }
        return false
    }

    private mutating func leaveOut(_ outcome: Outcome = .awaitsKeyframe) -> Outcome {
        awaitedSamples += 1
        return outcome
    }

    private mutating func begin(
        _ sample: Sample, _ payload: RawSpan, into output: inout ByteWriter
    ) throws(MuxerError) -> Outcome {
        let offset = output.count
        do {
            try makeWriter(into: &output)
        } catch .missingParameterSets {
            return leaveOut()
        }
        index.begin(formats)
        file = CurrentFile()
        try append(sample, payload, into: &output)
        segments += 1
        file.start = sample.decodeTime
        return .began(at: offset)
    }

    private mutating func append(
        _ sample: Sample, _ payload: RawSpan, into output: inout ByteWriter
    ) throws(MuxerError) {
        let before = output.count
        switch container {
        case .mpegts:
            let time = index.clock.time(of: sample, isLeading: sample.track == leadingTrack)
            cutStream(before: sample, at: time)
            try stream?.write(sample, payload: payload, into: &output)
            noteStream(sample, at: time, from: byteCount)
            file.byteCount += output.count - before
        case .fmp4, .mp4, .webm:
            let written = try movie?.write(sample, payload: payload, into: &output)
            let part = try webm?.write(sample, payload: payload, into: &output) ?? written
            file.byteCount += output.count - before
            if let part { note(part) }
        }
    }
}
