import Codecs
public import Timing
import Wire

/// Cuts fragmented MP4 out of a recorded transport stream: octets of some parts in, fragments out.
///
/// Pictures and sound are not touched. Each cut stands by itself: one part asked for again gives the
/// same octets, and parts one behind the other play without a seam.
public struct TransportCutter: Sendable {
    /// What is cut out.
    public struct Range: Sendable {
        /// The octets of whole parts.
        public var octets: [UInt8]
        /// Those before, where frames of sound may have begun; they may begin within a part.
        public var before: [UInt8]
        /// When the first part begins.
        public var start: Interval
        /// When the next one behind them does.
        public var end: Interval
        /// Whether the pictures may want other parameter sets than the file began with.
        public var hasOtherSets: Bool

        /// Parts of a file, and what stands before them.
        public init(
            octets: [UInt8], before: [UInt8] = [], start: Interval, end: Interval,
            hasOtherSets: Bool = false
        ) {
            (self.octets, self.before) = (octets, before)
            (self.start, self.end, self.hasOtherSets) = (start, end, hasOtherSets)
        }
    }

    private let formats: [TrackFormat]
    private let origin: Interval
    private let tables: [UInt8]

    /// A cutter for one file.
    ///
    /// - Parameters:
    ///   - header: What the file's index begins with.
    ///   - origin: The time that fragments count from: that of the file's first part.
    ///   - head: The file's first octets, which hold its tables.
    public init(_ header: IndexHeader, origin: Interval, head: [UInt8]) {
        formats = header.formats.map(\.withStartCodes)
        (self.origin, tables) = (origin, Array(head.prefix(Self.headByteCount)))
    }

    /// What fragments are decoded with.
    public func initialization() throws(MuxerError) -> [UInt8] {
        var writer = try FragmentedMovieWriter(formats, configuration: configuration)
        return writer.takeHeader()
    }

    /// The fragments of some parts.
    public func fragments(of range: Range) throws(MuxerError) -> [UInt8] {
        var writer = try FragmentedMovieWriter(formats, configuration: configuration)
        _ = writer.takeHeader()
        if range.hasOtherSets { writer.leaveSetsInStream() }
        var output = ByteWriter(capacity: range.octets.count)
        var samples = samples(in: range)
        samples.sort { $0.sample.decodeTime < $1.sample.decodeTime }
        var pictureTrack: Int?
        var awaitsKeyframe = false
        for (sample, payload) in samples {
            let isPicture = formats[sample.track].kind == .video
            if isPicture, awaitsKeyframe, !sample.isKeyframe { continue }
            do {
                _ = try writer.write(sample, payload: payload.span.bytes, into: &output)
                if isPicture { (pictureTrack, awaitsKeyframe) = (sample.track, false) }
            } catch .formatChanged {
                awaitsKeyframe = true  // what follows is seen through this one alone
            } catch .malformedSample, .emptySample, .timeWentBack { continue }
        }
        // The last picture lasts until the next part.
        if let pictureTrack {
            writer.flush(track: pictureTrack, until: range.end, into: &output)
        } else {
            writer.flush(into: &output)
        }
        return output.bytes
    }

    private func samples(in range: Range) -> [(sample: Sample, payload: [UInt8])] {
        var demuxer = TransportStreamDemuxer()
        var sound = formats.map { ElementaryFrames($0) }
        demuxer.receive(tables.span.bytes)
        demuxer.finish()
        _ = demuxer.takeUnits()
        demuxer.receive(range.before.span.bytes)
        demuxer.finish()
        for unit in demuxer.takeUnits() {
            guard let track = track(of: unit), formats[track].kind == .audio else { continue }
            _ = sound[track].receive(unit)
        }
        demuxer.receive(range.octets.span.bytes)
        demuxer.finish()
        var samples: [(Sample, [UInt8])] = []
        for unit in demuxer.takeUnits() {
            guard let track = track(of: unit) else { continue }
            guard formats[track].kind == .video else {
                for frame in sound[track].receive(unit) {
                    let time = time(frame.stamp, near: range.start)
                    samples.append((Sample(track: track, time: time), frame.payload))
                }
                continue
            }
            guard let shown = unit.presentationStamp else { continue }
            let sample = Sample(
                track: track, presentationTime: time(shown, near: range.start),
                decodeTime: time(unit.decodeStamp ?? shown, near: range.start),
                isKeyframe: unit.isRandomAccess)
            samples.append((sample, unit.payload))
        }
        return samples
    }

    private func track(of unit: TransportStreamDemuxer.Unit) -> Int? {
        let index = Int(unit.pid) - Int(TransportTrack.firstPID)
        return formats.indices.contains(index) ? index : nil
    }

    /// The time that 33 bits mean, of all that they could the nearest.
    private func time(_ stamp: UInt64, near start: Interval) -> Interval {
        let lead = TransportStreamConfiguration().decoderLead
        let near = (start + lead).ticks90
        let ticks =
            near
            + TransportTime.difference(
                Int64(stamp & 0x1_FFFF_FFFF), near, period: TransportTime.stampPeriod)
        let (quotient, rest) = ticks.quotientAndRemainder(dividingBy: 9)
        return Interval(nanoseconds: quotient * 100_000 + rest * 100_000 / 9) - lead
    }

    private var configuration: FragmentedMovieConfiguration {
        var configuration = FragmentedMovieConfiguration()
        configuration.origin = origin
        configuration.partDuration = .seconds(3600)  // one fragment from key frame to key frame
        configuration.partByteCount = .max
        return configuration
    }

    /// Octets of a file's head that hold its tables: they come first, a packet each.
    public static let headByteCount = 2 * 188
    /// Octets before a part in which its first frame of sound may have begun.
    public static let lookbehind = 2048 * 188
}

extension TrackFormat {
    /// As a transport stream has it.
    fileprivate var withStartCodes: TrackFormat {
        switch self {
        case .h264(let sets, _): .h264(parameterSets: sets, framing: .startCodes)
        case .h265(let sets, _): .h265(parameterSets: sets, framing: .startCodes)
        case .aac, .opus, .mp3, .vp8, .vp9, .av1, .g711: self
        }
    }
}
