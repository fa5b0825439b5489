/// Which side of the handshake one is (RFC 8842: `a=setup:active` is the client).
public enum DTLSRole: Hashable, Sendable {
    /// Speaks first.
    case client
    /// Waits for the peer's first flight; chooses the protection profile.
    case server
}

/// Where a session stands. `failed` and `closed` are final.
///
///     handshaking ──► connected ──► closed
///          └────────────► failed
public enum DTLSState: Hashable, Sendable {
    /// Flights go back and forth.
    case handshaking
    /// The peer is who signalling said, and these are the keys.
    case connected(SRTPKeyingMaterial)
    /// No session, and none will come of it.
    case failed(DTLSFailure)
    /// Ended by `close` or by the peer's close_notify.
    case closed
}

/// Why there is no session.
public enum DTLSFailure: Hashable, Sendable {
    /// The peer's certificate is not one that signalling announced.
    case fingerprintMismatch
    /// The peer offers no SRTP, or no profile of ours.
    case noCommonProfile
    /// The peer said so (RFC 5246 §7.2).
    case alert(UInt8)
    /// The peer broke the protocol, or speaks none of our versions and cipher suites.
    case protocolViolation
    /// No answer to twelve retransmissions, about half a minute.
    case timedOut
}
