/// What the rooms carry, in the shape mediasoup's clients read.
struct RTPCapabilities: Encodable {
    struct Feedback: Encodable {
        let type: String
        let parameter: String
    }

    struct Codec: Encodable {
        let kind: String
        let mimeType: String
        let preferredPayloadType: Int
        let clockRate: Int
        let channels: Int?
        let parameters: [String: Parameter]
        let rtcpFeedback: [Feedback]
    }

    struct HeaderExtension: Encodable {
        let kind: String
        let uri: String
        let preferredId: Int
        let preferredEncrypt = false
        let direction: String
    }

    /// A format parameter is a number or a text.
    enum Parameter: Encodable {
        case number(Int)
        case text(String)

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .number(let number): try container.encode(number)
            case .text(let text): try container.encode(text)
            }
        }
    }

    let codecs: [Codec]
    let headerExtensions: [HeaderExtension]
}

extension RTPCapabilities {
    /// Opus, VP8 and H.264, the two with retransmission.
    static let supported = RTPCapabilities(
        codecs: [opus, vp8, retransmission(of: 101, as: 102), h264]
            + [retransmission(of: 103, as: 104)],
        headerExtensions: extensions)

    private static let opus = Codec(
        kind: "audio", mimeType: "audio/opus", preferredPayloadType: 100, clockRate: 48_000,
        channels: 2, parameters: [:],
        rtcpFeedback: [
            Feedback(type: "nack", parameter: ""), Feedback(type: "transport-cc", parameter: ""),
        ])

    private static let vp8 = Codec(
        kind: "video", mimeType: "video/VP8", preferredPayloadType: 101, clockRate: 90_000,
        channels: nil, parameters: ["x-google-start-bitrate": .number(1000)],
        rtcpFeedback: videoFeedback)

    private static let h264 = Codec(
        kind: "video", mimeType: "video/H264", preferredPayloadType: 103, clockRate: 90_000,
        channels: nil,
        parameters: [
            "packetization-mode": .number(1), "level-asymmetry-allowed": .number(1),
            "profile-level-id": .text("4d0032"),
        ],
        rtcpFeedback: videoFeedback)

    private static func retransmission(of payloadType: Int, as own: Int) -> Codec {
        Codec(
            kind: "video", mimeType: "video/rtx", preferredPayloadType: own, clockRate: 90_000,
            channels: nil, parameters: ["apt": .number(payloadType)], rtcpFeedback: [])
    }

    private static let videoFeedback = [
        Feedback(type: "nack", parameter: ""), Feedback(type: "nack", parameter: "pli"),
        Feedback(type: "ccm", parameter: "fir"), Feedback(type: "transport-cc", parameter: ""),
    ]

    private static let extensions: [HeaderExtension] = [
        ("audio", "urn:ietf:params:rtp-hdrext:sdes:mid", 1),
        ("video", "urn:ietf:params:rtp-hdrext:sdes:mid", 1),
        ("audio", "urn:ietf:params:rtp-hdrext:ssrc-audio-level", 10),
        ("video", "urn:3gpp:video-orientation", 11),
        ("video", transportWide, 5), ("audio", transportWide, 5),
    ].map { kind, uri, id in
        HeaderExtension(kind: kind, uri: uri, preferredId: id, direction: "sendrecv")
    }

    private static let transportWide =
        "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
}
