public import Codecs
import RTSP
import SDP

/// What a camera sends.
public struct CameraFormat: Hashable, Sendable {
    /// The parameter sets of its description; often none.
    public var parameterSets: H264ParameterSets
    /// Its sound, if it has any that is known here.
    public var audio: CameraAudio?

    /// A picture, and perhaps sound.
    public init(parameterSets: H264ParameterSets = H264ParameterSets(), audio: CameraAudio? = nil) {
        (self.parameterSets, self.audio) = (parameterSets, audio)
    }

    init(_ tracks: [RTSPTrack]) {
        self.init()
        for track in tracks {
            switch track.kind {
            case .video:
                parameterSets = H264ParameterSets(
                    spropParameterSets: track.format.parameters["sprop-parameter-sets"] ?? "")
            case .audio: audio = CameraAudio(track)
            }
        }
    }
}

/// The sound of a camera.
public enum CameraAudio: Hashable, Sendable {
    /// AAC frames; the RTP clock runs at `clockRate`.
    case aac(AudioSpecificConfig, clockRate: Int)
    /// Opus packets.
    case opus(channelCount: Int)
    /// G.711, µ-law or A-law, one octet a sample.
    case g711(isALaw: Bool, sampleRate: Int, channelCount: Int)

    /// Ticks of its RTP clock in a second.
    public var clockRate: Int {
        switch self {
        case .aac(_, let clockRate): clockRate
        case .opus: 48_000
        case .g711(_, let sampleRate, _): sampleRate
        }
    }

    init?(_ track: RTSPTrack) {
        let (rate, channels) = (Int(track.format.clockRate), track.format.channels ?? 1)
        switch track.encoding {
        case "MPEG4-GENERIC":
            guard
                let parameters = MPEG4GenericParameters(
                    track.format.parameters.text, clockRate: rate, channelCount: channels)
            else { return nil }
            self = .aac(parameters.configuration, clockRate: rate)
        case "OPUS": self = .opus(channelCount: 2)
        case "PCMU": self = .g711(isALaw: false, sampleRate: rate, channelCount: channels)
        case "PCMA": self = .g711(isALaw: true, sampleRate: rate, channelCount: channels)
        default: return nil
        }
    }
}
