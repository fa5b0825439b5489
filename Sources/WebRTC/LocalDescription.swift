public import Wire

/// Our side of a session, as an answer states it.
public struct LocalDescription: Sendable {
    /// Fresh credentials for this session.
    public var ice: ICECredentials
    /// The certificate's fingerprint as SDP writes it: `sha-256 AB:CD:…`.
    public var fingerprint: String
    /// The addresses media can be sent to, most preferred first.
    public var candidates: [Endpoint]
    /// The `o=` line's number: unpredictable, below 2^63.
    public var sessionID: UInt64

    /// Our side of a session.
    public init(
        ice: ICECredentials, fingerprint: String, candidates: [Endpoint], sessionID: UInt64
    ) {
        self.ice = ice
        self.fingerprint = fingerprint
        self.candidates = candidates
        self.sessionID = sessionID
    }

    /// The values of the `candidate` lines (RFC 8839 §5.1): host candidates over UDP.
    var candidateLines: [String] {
        candidates.enumerated().map { index, endpoint in
            // Type preference 126, component 1 (RFC 8445 §5.1.2.1).
            let priority = 126 << 24 | (65_535 - index) << 8 | 255
            return "\(index + 1) 1 udp \(priority) \(endpoint.host) \(endpoint.port) typ host"
        }
    }
}

/// A track we offer to send, waiting for a section of the offer to carry it.
public struct OutgoingTrack: Sendable {
    /// What the producer sends.
    public var codec: NegotiatedCodec
    /// The SSRC the media will have.
    public var ssrc: UInt32
    /// The SSRC retransmissions will have, where the section allows for them.
    public var retransmissionSSRC: UInt32
    /// Groups tracks to be played in step (RFC 8830).
    public var streamID: String
    /// Names the track (RFC 8830).
    public var trackID: String

    /// A track not yet bound to a section.
    public init(
        codec: NegotiatedCodec, ssrc: UInt32, retransmissionSSRC: UInt32, streamID: String,
        trackID: String
    ) {
        (self.codec, self.ssrc, self.retransmissionSSRC) = (codec, ssrc, retransmissionSSRC)
        (self.streamID, self.trackID) = (streamID, trackID)
    }
}
