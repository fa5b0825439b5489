import Codecs
public import Timing
public import Wire

/// The containers a recording can be written in.
public enum Container: String, CaseIterable, Hashable, Sendable {
    /// MPEG transport stream: any cut of it plays.
    case mpegts
    /// Fragmented MP4: any cut between parts plays.
    case fmp4

    /// What a file's name ends with, behind the dot.
    public var fileExtension: String {
        switch self {
        case .mpegts: "ts"
        case .fmp4: "mp4"
        }
    }
}

/// How long a file of a recording may grow. Without a limit there is one file.
public struct SegmentLimits: Hashable, Sendable {
    /// Media time after which the next key frame begins another file.
    public var duration: Interval?
    /// Octets after which the next key frame begins another file.
    public var byteCount: Int?

    /// The limits given.
    public init(duration: Interval? = nil, byteCount: Int? = nil) {
        (self.duration, self.byteCount) = (duration, byteCount)
    }
}

/// Writes a recording as one file after another: samples in, octets and places to cut out.
///
/// A file begins with a key frame (with any sample, where there are no pictures) and is whole by
/// itself. What comes before the first key frame is counted and left out; after that no sample is
/// lost or written twice. A file also ends where its container cannot go on: MP4 whose pictures
/// change their size, times that go back.
public struct SegmentWriter: ~Copyable {
    /// What became of a sample.
    public enum Outcome: Hashable, Sendable {
        /// It is in the current file, or gathered for it.
        case written
        /// A file begins with it: octets of the output up to the offset end the file before, those
        /// from there on are the new one's.
        case began(at: Int)
        /// There is no file to put it in until a key frame comes.
        case awaitsKeyframe
    }

    /// Samples left out for want of a key frame before them.
    public private(set) var awaitedSamples = 0
    /// Files begun.
    public private(set) var segments = 0
    /// Octets written to the current file.
    public private(set) var byteCount = 0
    /// When the current file's first sample is decoded; `nil` while a key frame is awaited.
    public private(set) var start: Interval?

    /// The formats as last learned: with the parameter sets of the last key frame.
    public private(set) var formats: [TrackFormat]

    private let container: Container
    private let limits: SegmentLimits
    private let leadingTrack: Int
    private let hasPictures: Bool
    private var stream: TransportStreamWriter?
    private var movie: FragmentedMovieWriter?

    /// A recording of these tracks. The first with pictures decides where files begin.
    public init(
        _ formats: [TrackFormat], container: Container, limits: SegmentLimits = SegmentLimits()
    ) throws(MuxerError) {
        (self.formats, self.container, self.limits) = (formats, container, limits)
        let pictures = formats.firstIndex { $0.kind == .video }
        (leadingTrack, hasPictures) = (pictures ?? 0, pictures != nil)
        switch container {
        case .mpegts: stream = try TransportStreamWriter(formats)
        case .fmp4: try Self.check(formats)
        }
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
        if canBegin, isFull(at: sample.decodeTime) {
            end(into: &output)
            return try begin(sample, payload, into: &output)
        }
        let before = output.count
        do {
            try append(sample, payload, into: &output)
        } catch .formatChanged, .timeWentBack {
            end(into: &output)
            return canBegin ? try begin(sample, payload, into: &output) : leaveOut()
        }
        byteCount += output.count - before
        return .written
    }

    /// Writes what has been gathered, and ends the file: it is whole now. The next key frame begins
    /// another.
    public mutating func end(into output: inout ByteWriter) {
        let before = output.count
        stream?.flush(into: &output)
        movie?.flush(into: &output)
        byteCount += output.count - before
        start = nil
        movie = nil
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

    private mutating func leaveOut() -> Outcome {
        awaitedSamples += 1
        return .awaitsKeyframe
    }

    private mutating func begin(
        _ sample: Sample, _ payload: RawSpan, into output: inout ByteWriter
    ) throws(MuxerError) -> Outcome {
        let offset = output.count
        if container == .fmp4 {
            do {
                movie = try FragmentedMovieWriter(formats)
            } catch .missingParameterSets {
                return leaveOut()
            }
        }
        try append(sample, payload, into: &output)
        segments += 1
        (start, byteCount) = (sample.decodeTime, output.count - offset)
        return .began(at: offset)
    }

    private mutating func append(
        _ sample: Sample, _ payload: RawSpan, into output: inout ByteWriter
    ) throws(MuxerError) {
        try stream?.write(sample, payload: payload, into: &output)
        _ = try movie?.write(sample, payload: payload, into: &output)
    }

    /// MP4's writer is made with the first key frame; what it will refuse is refused now.
    private static func check(_ formats: [TrackFormat]) throws(MuxerError) {
        do {
            _ = try FragmentedMovieWriter(formats)
        } catch .missingParameterSets {}
    }
}
