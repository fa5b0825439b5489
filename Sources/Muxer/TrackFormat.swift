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

    /// Sound or picture.
    public var kind: MediaKind {
        switch self {
        case .h264, .h265: .video
        case .aac, .opus, .mp3: .audio
        }
    }

    /// The same format with the parameter sets of an access unit put in the place of its own; the
    /// same unchanged where there are none. For containers that want them before the first sample.
    public func learning(from accessUnit: RawSpan) -> TrackFormat {
        switch self {
        case .h264(_, let framing):
            let found = Self.parameterSets(in: accessUnit, framing, isH265: false)
            return found.isEmpty ? self : .h264(parameterSets: found, framing: framing)
        case .h265(_, let framing):
            let found = Self.parameterSets(in: accessUnit, framing, isH265: true)
            return found.isEmpty ? self : .h265(parameterSets: found, framing: framing)
        case .aac, .opus, .mp3:
            return self
        }
    }

    private static func parameterSets(
        in accessUnit: RawSpan, _ framing: NALUnitFraming, isH265: Bool
    ) -> [[UInt8]] {
        var sets = ParameterSets([], isH265: isH265)
        var walk = NALUnits(accessUnit, framing: framing)
        while let unit = walk.next() {
            if case .parameterSet(let kind) = NALUnitKind(unit, isH265: isH265) {
                sets.learn(unit, kind: kind)
            }
        }
        return ParameterSets.Kind.allCases.flatMap { sets.units(of: $0) }
    }

    /// How long one audio frame lasts; `nil` for video, and for what is no frame of this format.
    func frameDuration(of payload: RawSpan) -> Interval? {
        guard payload.byteCount <= Self.frameLimit else { return nil }
        switch self {
        case .h264, .h265:
            return nil
        case .aac(let configuration):
            guard ADTSHeader(configuration, payloadByteCount: payload.byteCount) != nil else {
                return nil
            }
            return .samples(configuration.samplesPerFrame, rate: configuration.sampleRate)
        case .opus:
            guard let toc = try? OpusTOC(parsing: payload) else { return nil }
            return .microseconds(Int64(toc.durationMicroseconds))
        case .mp3(let rate):
            return .samples(rate >= 32_000 ? 1_152 : 576, rate: rate)
        }
    }

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
