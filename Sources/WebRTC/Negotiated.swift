public import Ciphers
public import Codecs
public import RTP
public import SDP

/// What an offer and its answer agree on: all a transport, its producers and its consumers need.
public struct Negotiated: Sendable {
    /// The peer's ICE credentials.
    public var remoteICE: ICECredentials
    /// The fingerprints of the peer's certificate, at least one.
    public var fingerprints: [Fingerprint]
    /// Our part in the DTLS handshake.
    public var role: DTLSRole
    /// The sections that carry media, in the answer's order; rejected ones are absent.
    public var sections: [NegotiatedSection]
}

/// One media section that both sides agreed on.
public struct NegotiatedSection: Sendable {
    /// The section's name in the bundle.
    public var mid: String
    /// Sound or picture.
    public var kind: MediaKind
    /// The one codec the section carries.
    public var codec: NegotiatedCodec
    /// The numbers of the header extensions agreed on.
    public var extensionMap: HeaderExtensionMap
    /// The SSRCs the peer announced for media it sends; often empty.
    public var remoteSSRCs: [UInt32]
    /// The SSRC of the retransmissions of the first of `remoteSSRCs`, when announced.
    public var remoteRetransmissionSSRC: UInt32?
    /// Whether the peer takes RTCP of reduced size (RFC 5506).
    public var acceptsReducedSize: Bool
    /// Which of the tracks offered to send it carries, by position; `nil` for a received section.
    public var track: Int?
}

/// A codec under the numbers and options agreed on.
public struct NegotiatedCodec: Hashable, Sendable {
    /// Which codec.
    public var codec: Codec
    /// Its number on the wire.
    public var payloadType: UInt8
    /// The number of its retransmissions (RFC 4588); `nil` when not agreed.
    public var retransmissionPayloadType: UInt8?
    /// Format parameters as the offer has them.
    public var parameters: FormatParameters
    /// Which feedback both sides understand.
    public var feedback: Feedback

    /// A codec under numbers known already, without feedback unless given.
    public init(
        codec: Codec, payloadType: UInt8, retransmissionPayloadType: UInt8? = nil,
        parameters: FormatParameters = FormatParameters(""), feedback: Feedback = Feedback()
    ) {
        (self.codec, self.payloadType) = (codec, payloadType)
        self.retransmissionPayloadType = retransmissionPayloadType
        (self.parameters, self.feedback) = (parameters, feedback)
    }

    /// RTCP feedback for one codec (RFC 4585 §4.2).
    public struct Feedback: Hashable, Sendable {
        /// Generic NACK.
        public var nack = false
        /// Picture loss indication.
        public var pictureLoss = false
        /// Full intra request (RFC 5104).
        public var fullIntraRequest = false
        /// Transport-wide congestion control.
        public var transportWide = false

        /// No feedback but what is named.
        public init(
            nack: Bool = false, pictureLoss: Bool = false, fullIntraRequest: Bool = false,
            transportWide: Bool = false
        ) {
            (self.nack, self.pictureLoss) = (nack, pictureLoss)
            (self.fullIntraRequest, self.transportWide) = (fullIntraRequest, transportWide)
        }
    }
}
