public import Ciphers
public import Timing
public import Wire

/// One peer's secured path: ICE finds the address, DTLS agrees on keys, SRTP protects the media.
///
/// Server side: ICE-lite, so it answers and never asks. Bytes and time go in; datagrams, keys and a
/// deadline come out. DTLS is taken only from addresses that ICE has validated, so a stranger
/// cannot start handshakes.
///
///     connecting ──keys agreed──▶ connected ──consent lost, close, alert──▶ closed
///         └──────────────────handshake failed, never validated────────────────┘
public struct PeerConnection: ~Copyable {
    /// Where the connection stands. `closed` is final.
    public enum State: Hashable, Sendable {
        case connecting
        case connected
        case closed(CloseReason)
    }

    /// Why a connection ended.
    public enum CloseReason: Hashable, Sendable {
        /// Closed from our side: the session was deleted, its peer left.
        case local
        /// The peer sent a DTLS close_notify.
        case remote
        /// No authenticated STUN request came for as long as consent lasts (RFC 7675).
        case consentExpired
        /// The handshake failed: an alert, a wrong certificate.
        case handshakeFailed(DTLSFailure)
        /// The handshake did not end within its time.
        case handshakeTimedOut
    }

    /// Where the connection stands.
    public private(set) var state = State.connecting

    /// The address ICE settled on, where media and handshake go; `nil` before the first check.
    public var remote: Endpoint? { ice.selected }

    private var ice: ICELite
    private var security: Security
    private var sealing: SealingKey?
    private var opening: OpeningKey?
    private var handshakeLimit: Instant?

    /// A connection whose keys a DTLS handshake agrees on.
    public init(ice: ICELite, dtls: consuming DTLSSession, at now: Instant) {
        self.ice = ice
        security = .dtls(dtls)
        handshakeLimit = now + Self.handshakeTimeout
    }

    /// A connection whose keys are known beforehand: for simulations, where the handshake's own
    /// randomness would make no two runs alike. ICE still runs.
    public init(ice: ICELite, keys: SRTPKeyingMaterial, role: DTLSRole, at now: Instant) {
        self.ice = ice
        security = .keyed(keys, role)
        handshakeLimit = now + Self.handshakeTimeout
    }
}

// MARK: Bytes in

extension PeerConnection {
    /// Takes in a STUN request addressed to this session.
    public mutating func receiveSTUN(
        _ bytes: RawSpan, from source: Endpoint, at now: Instant
    ) -> ICELite.Outcome {
        let outcome = ice.receive(bytes, from: source, at: now)
        if outcome.isFirstValidation { begin(at: now) }
        return outcome
    }

    /// Whether ICE has validated `source` for this session.
    public func isValidated(_ source: Endpoint) -> Bool { ice.isValidated(source) }

    /// Takes in one DTLS datagram from a validated address. One handshake step costs about 1 ms.
    public mutating func receiveDTLS(_ bytes: RawSpan, at now: Instant) {
        guard isOpen else { return }
        security.receive(bytes, at: now)
        followHandshake()
    }

    /// Authenticates and decrypts one RTP packet into `out`; `nil` before the keys are known.
    public mutating func openRTP(
        _ packet: RawSpan, into out: UnsafeMutableRawPointer
    ) -> Opened? {
        opening?.openRTP(packet, into: out)
    }

    /// Authenticates and decrypts one compound RTCP packet into `out`; `nil` before the keys.
    public mutating func openRTCP(
        _ packet: RawSpan, into out: UnsafeMutableRawPointer
    ) -> Opened? {
        opening?.openRTCP(packet, into: out)
    }

    /// Replaces both sides' ICE credentials (RFC 8445 §9): keys and media go on.
    public mutating func restartICE(local: ICECredentials, remote: ICECredentials) {
        ice.restart(local: local, remote: remote)
    }
}

// MARK: Bytes out

extension PeerConnection {
    /// The next handshake datagram for `remote`.
    public mutating func nextDatagram() -> [UInt8]? { security.nextDatagram() }

    /// Encrypts one RTP packet where it lies; see `SealingKey.sealRTP`. Zero before the keys.
    @inlinable
    public func sealRTP(
        at out: UnsafeMutableRawPointer, headerByteCount: Int, prefixByteCount: Int,
        payload: UnsafeRawPointer, payloadByteCount: Int, ssrc: UInt32, index: UInt64
    ) -> Int { 0 }

    /// Encrypts one compound RTCP packet; `nil` before the keys are known.
    public mutating func sealRTCP(_ packet: [UInt8]) -> [UInt8]? { sealing?.sealRTCP(packet) }

    /// Ends the connection, telling the peer if it can still be told.
    public mutating func close(_ reason: CloseReason = .local) {
        guard isOpen else { return }
        security.close()
        state = .closed(reason)
    }
}
