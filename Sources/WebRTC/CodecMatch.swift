import Codecs
import SDP

/// A codec of ours found among an offer's payload types.
struct CodecMatch {
    let codec: NegotiatedCodec
    private let format: PayloadFormat

    /// The payload types of a section that we carry, in the offer's order of preference.
    static func choices(in section: MediaSection) -> [CodecMatch] {
        let formats = section.payloadFormats
        let repairs = repairs(among: formats)
        return formats.compactMap { format in
            guard let codec = Codec(encodingName: format.encodingName),
                format.clockRate == codec.clockRate, format.channels == codec.channelCount
            else { return nil }
            return CodecMatch(
                codec: NegotiatedCodec(
                    codec: codec, payloadType: format.payloadType,
                    retransmissionPayloadType: repairs[format.payloadType],
                    parameters: format.parameters, feedback: feedback(of: format)),
                format: format)
        }
    }

    /// The payload types of retransmissions, by what they repeat (RFC 4588 §8.1); of several, the first.
    private static func repairs(among formats: [PayloadFormat]) -> [UInt8: UInt8] {
        var repairs: [UInt8: UInt8] = [:]
        for format in formats where format.encodingName.lowercased() == "rtx" {
            guard let repeated = format.parameters["apt"].flatMap({ UInt8($0) }),
                repairs[repeated] == nil
            else { continue }
            repairs[repeated] = format.payloadType
        }
        return repairs
    }

    /// The payload type under which a receiver takes what a producer sends; `nil` when it cannot.
    static func best(for produced: NegotiatedCodec, among choices: [CodecMatch]) -> CodecMatch? {
        let fitting = choices.filter { $0.codec.codec == produced.codec }
        switch produced.codec {
        case .opus, .vp8, .av1:
            return fitting.first
        case .vp9:
            let profile = produced.parameters["profile-id"] ?? "0"
            return fitting.first { ($0.format.parameters["profile-id"] ?? "0") == profile }
        case .h264:
            return bestH264(for: produced, among: fitting)
        }
    }

    /// The same profile if offered; else any that unpacks what is sent: decoders are more able
    /// than their descriptions, and no picture is sure to be worse.
    private static func bestH264(
        for produced: NegotiatedCodec, among choices: [CodecMatch]
    ) -> CodecMatch? {
        let mode = produced.parameters["packetization-mode"] ?? "0"
        let unpacking = choices.filter {
            mode == "0" || ($0.format.parameters["packetization-mode"] ?? "0") == mode
        }
        let profile = profile(produced.parameters["profile-level-id"])
        return unpacking.first {
            self.profile($0.format.parameters["profile-level-id"]).isCompatible(with: profile)
        } ?? unpacking.first
    }

    private static func profile(_ text: String?) -> H264ProfileLevelID {
        text.flatMap { H264ProfileLevelID($0) } ?? .unspecified
    }

    private static func feedback(of format: PayloadFormat) -> NegotiatedCodec.Feedback {
        NegotiatedCodec.Feedback(
            nack: format.feedback.contains("nack"),
            pictureLoss: format.feedback.contains("nack pli"),
            fullIntraRequest: format.feedback.contains("ccm fir"),
            transportWide: format.feedback.contains("transport-cc"))
    }
}

extension NegotiatedCodec {
    /// The values of the `rtcp-fb` lines.
    var feedbackValues: [String] {
        [
            feedback.nack ? "nack" : nil, feedback.pictureLoss ? "nack pli" : nil,
            feedback.fullIntraRequest ? "ccm fir" : nil,
            feedback.transportWide ? "transport-cc" : nil,
        ].compactMap { $0 }
    }
}
