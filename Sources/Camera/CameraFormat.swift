public import Codecs
import RTSP
public import SDP

/// What a camera sends.
public struct CameraFormat: Hashable, Sendable {
    /// What its pictures are coded in, if it has any.
    public var picture: PictureEncoding? = .h264
    /// The parameter sets of its description, where that is H.264; often none.
    public var parameterSets: H264ParameterSets
    /// Its sound, if it has any that is known here.
    public var audio: CameraAudio?
    /// The encodings of its sound, in upper case, where it has some and none of it is known here.
    public var unknownAudio: [String] = []

    /// A picture, and perhaps sound.
    public init(parameterSets: H264ParameterSets = H264ParameterSets(), audio: CameraAudio? = nil) {
        (self.parameterSets, self.audio) = (parameterSets, audio)
    }

    /// - Parameters:
    ///   - tracks: What is played.
    ///   - offered: The encodings of sound that there are, played or not.
    init(_ tracks: [RTSPTrack], offered: [String]) {
        self.init()
        picture = nil
        for track in tracks {
            switch track.kind {
            case .video:
                picture = PictureEncoding(rawValue: track.encoding) ?? .h264
                parameterSets = H264ParameterSets(
                    spropParameterSets: track.format.parameters["sprop-parameter-sets"] ?? "")
            case .audio: audio = CameraAudio(track.format)
            }
        }
        unknownAudio = audio == nil ? offered : []
    }
}

/// The sound of a camera.
public enum CameraAudio: Hashable, Sendable {
    /// AAC frames, however they were packed; the RTP clock runs at `clockRate`.
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

    /// What a description calls `format`; `nil` where that is not known here.
    public init?(_ format: PayloadFormat) {
        let (rate, channels) = (Int(format.clockRate), format.channels ?? 1)
        switch format.encodingName.uppercased() {
        case "MPEG4-GENERIC":
            guard
                let parameters = MPEG4GenericParameters(
                    format.parameters.text, clockRate: rate, channelCount: channels)
            else { return nil }
            self = .aac(parameters.configuration, clockRate: rate)
        case "MP4A-LATM":
            // What describes itself in the stream alone says too late what a file begins with.
            guard let parameters = LATMParameters(format.parameters.text) else { return nil }
            self = .aac(parameters.configuration, clockRate: rate)
        case "OPUS": self = .opus(channelCount: 2)
        case "PCMU": self = .g711(isALaw: false, sampleRate: rate, channelCount: channels)
        case "PCMA": self = .g711(isALaw: true, sampleRate: rate, channelCount: channels)
        default: return nil
        }
    }
}
