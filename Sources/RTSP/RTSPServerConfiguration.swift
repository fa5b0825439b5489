public import SDP
public import Timing

/// A presentation that a server offers under a path.
public struct RTSPMount: Hashable, Sendable {
    /// `/camera`, without a slash at the end.
    public var path: String
    /// What is offered; controls and ports are written by the server.
    public var description: SessionDescription

    /// A presentation under a path.
    public init(path: String, description: SessionDescription) {
        (self.path, self.description) = (path, description)
    }
}

/// What one connection's server offers, and to whom.
public struct RTSPServerConfiguration: Sendable {
    /// How a client may prove that it knows the password.
    public enum Proof: Hashable, Sendable {
        case basic
        case digestMD5
        case digestSHA256
    }

    /// What is offered.
    public var mounts: [RTSPMount]
    /// Whom it is offered to; everybody without.
    public var credentials: RTSPCredentials?
    /// The ways to ask for credentials, most preferred first.
    public var proofs: [Proof] = [.digestSHA256, .digestMD5]
    /// What the password is for, as a client may show it.
    public var realm = "Sluice"
    /// Seconds without a sign of life after which a session ends.
    public var sessionTimeout = SessionHeader.defaultTimeout
    /// How long a nonce is good for.
    public var nonceLifetime = Interval.seconds(300)
    /// Seeds sessions' names and nonces: `randomBytes(count: 32)`, anything fixed in a simulation.
    public var seed: [UInt8]

    /// Presentations for everybody.
    public init(mounts: [RTSPMount], seed: [UInt8]) { (self.mounts, self.seed) = (mounts, seed) }
}

/// What a server tells its owner.
public enum RTSPServerEvent: Hashable, Sendable {
    /// The client wants the media of these sections now: `send` takes them from here on.
    case playing(path: String, tracks: [Int])
    /// The client wants none for now.
    case paused
    /// The client sent a packet, RTCP as a rule; its octets are lent until the next `receive`.
    case packet(RTSPPacket)
    /// All is over; `nil` when the client has asked for it. Send what is left, then close.
    case ended(RTSPError?)
}
