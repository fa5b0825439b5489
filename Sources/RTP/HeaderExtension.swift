/// The header extensions the house knows, each named on the wire by a number that SDP assigns.
public enum HeaderExtension: UInt8, CaseIterable, Hashable, Sendable {
    /// The media section a stream belongs to (RFC 9143 §15.1).
    case mid
    /// The simulcast layer a stream is (RFC 8852 §3.1).
    case rid
    /// The simulcast layer a retransmission stream repairs (RFC 8852 §3.2).
    case repairedRID
    /// The loudness of this packet's audio (RFC 6464).
    case audioLevel
    /// When the packet left, 24 bits in 6.18 fixed point.
    case absoluteSendTime
    /// A sequence number over all streams of a transport.
    case transportWideCC
    /// How the picture is to be turned (3GPP TS 26.114 §7.4.5).
    case videoOrientation
    /// How long the receiver may hold a frame.
    case playoutDelay
    /// When the medium was captured, on whose clock.
    case absoluteCaptureTime
    /// What a frame needs and who needs it (AV1 RTP, appendix A).
    case dependencyDescriptor
    /// The offset of the sending from the timestamp (RFC 5450).
    case transmissionOffset
    /// Camera or screen.
    case videoContentType
    /// When the frame passed capture, encoding and sending.
    case videoTiming
    /// The picture's colour primaries and range.
    case colorSpace
    /// Which layers the sender makes, at which bitrates.
    case videoLayersAllocation

    /// What SDP's `extmap` attribute calls it.
    public var uri: String {
        switch self {
        case .mid: "urn:ietf:params:rtp-hdrext:sdes:mid"
        case .rid: "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
        case .repairedRID: "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
        case .audioLevel: "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
        case .absoluteSendTime: "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
        case .transportWideCC:
            "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
        case .videoOrientation: "urn:3gpp:video-orientation"
        case .playoutDelay: "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay"
        case .absoluteCaptureTime:
            "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time"
        case .dependencyDescriptor:
            "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension"
        case .transmissionOffset: "urn:ietf:params:rtp-hdrext:toffset"
        case .videoContentType:
            "http://www.webrtc.org/experiments/rtp-hdrext/video-content-type"
        case .videoTiming: "http://www.webrtc.org/experiments/rtp-hdrext/video-timing"
        case .colorSpace: "http://www.webrtc.org/experiments/rtp-hdrext/color-space"
        case .videoLayersAllocation:
            "http://www.webrtc.org/experiments/rtp-hdrext/video-layers-allocation00"
        }
    }

    /// The extension `uri` names; `nil` when the house does not know it.
    public init?(uri: some StringProtocol) {
        guard let known = Self.allCases.first(where: { $0.uri == uri }) else { return nil }
        self = known
    }
}
