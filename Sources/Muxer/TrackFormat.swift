public import Codecs
import Timing
import Wire

/// What a track's samples hold.
public enum TrackFormat: Hashable, Sendable {
    /// Access units of H.264. The parameter sets are NAL units without framing; none is needed
    /// where the stream carries them.
    case h264(parameterSets: [[UInt8]], framing: NALUnitFraming)
    /// Access units of H.265, likewise.
    case h265(parameterSets: [[UInt8]], framing: NALUnitFraming)
    /// Raw AAC frames, without ADTS.
    case aac(AudioSpecificConfig)
    /// Opus packets of one stream, with 1 or 2 channels, or coupled as RFC 7845 family 1 says.
    case opus(channelCount: Int)
    /// Frames of MPEG-1 or MPEG-2 audio, layer III, with their headers.
    case mp3(sampleRate: Int)
    /// Frames of VP8. The head of a key frame need not be known where the stream brings one.
    case vp8(VP8KeyframeHeader?)
    /// Frames or superframes of VP9, likewise.
    case vp9(VP9KeyframeHeader?)
    /// Temporal units of AV1: OBUs with their sizes, as ISO base media has them. The sequence
    /// header is an OBU too; empty where the stream carries it.
    case av1(sequenceHeader: [UInt8])
    /// ITU-T G.711: an octet for each sample of each channel, by either law.
    case g711(isALaw: Bool, sampleRate: Int, channelCount: Int)

    /// Sound or picture.
    public var kind: MediaKind {
        switch self {
        case .h264, .h265, .vp8, .vp9, .av1: .video
        case .aac, .opus, .mp3, .g711: .audio
        }
    }

    /// What people call the codec.
    public var name: String {
        switch self {
        case .h264: "H.264"
        case .h265: "H.265"
        case .vp8: "VP8"
        case .vp9: "VP9"
        case .av1: "AV1"
        case .aac: "AAC"
        case .opus: "Opus"
        case .mp3: "MP3"
        case .g711: "G.711"
        }
    }

    /// The same format with what a key frame says of itself – its parameter sets, its header – put
    /// in the place of its own; the same unchanged where it says nothing. For containers that want
    /// them before the first sample.
    public func learning(from accessUnit: RawSpan) -> TrackFormat {
        switch self {
        case .h264(let known, let framing):
            let found = Self.parameterSets(in: accessUnit, framing, isH265: false, besides: known)
            return .h264(parameterSets: found, framing: framing)
        case .h265(let known, let framing):
            let found = Self.parameterSets(in: accessUnit, framing, isH265: true, besides: known)
            return .h265(parameterSets: found, framing: framing)
        case .vp8(let known):
            return .vp8((try? VP8KeyframeHeader(parsing: accessUnit)) ?? known)
        case .vp9(let known):
            return .vp9((try? VP9KeyframeHeader(parsing: accessUnit)) ?? known)
        case .av1:
            let unit = AV1Configuration.sequenceHeaderUnit(in: accessUnit)
            return unit.isEmpty || unit.count > Self.headerLimit ? self : .av1(sequenceHeader: unit)
        case .aac, .opus, .mp3, .g711:
            return self
        }
    }

    /// The sets in an access unit, and the known ones of kinds that it has none of.
    private static func parameterSets(
        in accessUnit: RawSpan, _ framing: NALUnitFraming, isH265: Bool, besides known: [[UInt8]]
    ) -> [[UInt8]] {
        var sets = ParameterSets([], isH265: isH265)
        var walk = NALUnits(accessUnit, framing: framing)
        while let unit = walk.next() {
            if case .parameterSet(let kind) = NALUnitKind(unit, isH265: isH265) {
                sets.learn(unit, kind: kind)
            }
        }
        guard !sets.isEmpty else { return known }
        let former = ParameterSets(known, isH265: isH265)
        return ParameterSets.Kind.allCases.flatMap { kind in
            let found = sets.units(of: kind)
            return found.isEmpty ? former.units(of: kind) : found
        }
    }

    /// Whether what a file's header must say of the pictures is still to be learned.
    func isUnknown(_ sets: ParameterSets) -> Bool {
        switch self {
        case .h264, .h265: sets.isEmpty
        case .vp8(let header): header == nil
        case .vp9(let header): header == nil
        case .av1(let header): header.isEmpty
        case .aac, .opus, .mp3, .g711: false
        }
    }

    /// How long one audio frame lasts; `nil` for video, and for what is no frame of this format.
    func frameDuration(of payload: RawSpan) -> Interval? {
        guard payload.byteCount <= Self.frameLimit else { return nil }
        switch self {
        case .h264, .h265, .vp8, .vp9, .av1:
            return nil
        case .g711(_, let rate, let channels):
            guard channels > 0, payload.byteCount % channels == 0 else { return nil }
            return .samples(payload.byteCount / channels, rate: rate)
        case .aac(let configuration):
            guard payload.byteCount <= Self.aacLimit else { return nil }
            return .samples(configuration.samplesPerFrame, rate: configuration.sampleRate)
        case .opus:
            guard let toc = try? OpusTOC(parsing: payload) else { return nil }
            return .microseconds(Int64(toc.durationMicroseconds))
        case .mp3(let rate):
            return .samples(rate >= 32_000 ? 1_152 : 576, rate: rate)
        }
    }

    /// Ticks a second of the track in the MP4 files written here.
    public var movieTimescale: Int64 {
        switch self {
        case .h264, .h265, .vp8, .vp9, .av1: 90_000
        case .aac(let configuration): Int64(configuration.sampleRate)
        case .mp3(let rate), .g711(_, let rate, _): Int64(rate)
        case .opus: 48_000
        }
    }

    /// Samples of each channel in a frame of sound, at the format's own rate; `nil` for pictures, and
    /// for what is no frame of this format.
    public func sampleCount(of frame: RawSpan) -> Int? {
        frameDuration(of: frame).map { duration in
            Int((duration.nanoseconds * movieTimescale + 500_000_000) / 1_000_000_000)
        }
    }

    /// Octets of an AV1 sequence header: far more than it can need.
    private static let headerLimit = 8_192

    /// Octets of the largest AAC frame that ADTS can say.
    static let aacLimit = 0x1FFF - 7

    /// Octets of the largest Opus packet, 48 frames of 1 275; no other frame is as long.
    private static let frameLimit = 61_440
}

extension Interval {
    /// How long `count` samples last at `rate` a second, rounded to the nanosecond.
    static func samples(_ count: Int, rate: Int) -> Interval {
        let rate = Int64(max(rate, 1))
        return Interval(nanoseconds: (Int64(count) * 1_000_000_000 + rate / 2) / rate)
    }
}
