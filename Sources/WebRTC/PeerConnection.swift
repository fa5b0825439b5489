public import Ciphers
public import Timing
public import Wire

/// One peer's secured path: ICE finds the address, DTLS agrees on keys, SRTP protects the media.
///
/// Server side: ICE-lite, so it answers and never asks. Bytes and time go in; datagrams, keys and a
/// deadline come out. DTLS is taken only from addresses that ICE has validated, so a stranger
/// cannot start handshakes.
///
///     connecting ──keys agreed──▶ connected ──consent lost, closed by either──▶ closed
///         └─────────────handshake failed, or never came to an end──────────────────┘
public struct PeerConnection: ~Copyable {
    /// Where a connection stands. `closed` is final.
    public enum State: Hashable, Sendable {
        case connecting
        case connected
        case closed(CloseReason)
    }

    /// Why a connection ended.
    public enum CloseReason: Hashable, Sendable {
        /// Closed from our side: the session was deleted, its peer left.
        case local
        /// Another session of the same peer took its place.
        case superseded
        /// The peer sent a DTLS close_notify.
        case remote
        /// No authenticated STUN request came for as long as consent lasts (RFC 7675).
        case consentExpired
        /// The handshake failed: an alert, a wrong certificate.
        case handshakeFailed(DTLSFailure)
        /// The handshake, ICE included, did not end within its time.
        case handshakeTimedOut
    }

    /// Where the connection stands.
    public private(set) var state = State.connecting

    private let role: DTLSRole
    private var ice: ICELite
    private var security: HandshakeSecurity
    private var sealing: SealingKey?
    private var opening: OpeningKey?
    private var handshakeLimit: Instant?

    /// A connection whose keys a DTLS handshake agrees on.
    public init(ice: ICELite, dtls: consuming DTLSSession, role: DTLSRole, at now: Instant) {
        self.init(ice: ice, security: .dtls(dtls), role: role, at: now)
    }

    /// A connection whose keys are known beforehand: for simulations, where a handshake's own
    /// randomness would make no two runs alike. ICE still runs.
    public init(ice: ICELite, keys: SRTPKeyingMaterial, role: DTLSRole, at now: Instant) {
        self.init(ice: ice, security: .keyed(keys), role: role, at: now)
    }

    private init(
        ice: ICELite, security: consuming HandshakeSecurity, role: DTLSRole, at now: Instant
    ) {
        self.ice = ice
        self.security = security
        self.role = role
        handshakeLimit = now + Self.handshakeTime
    }

    /// The address ICE settled on, where handshake and media go; `nil` before the first check.
    public var remote: Endpoint? { ice.selected }

    /// Octets that sealing adds to an RTP packet; zero before the keys are known.
    public var rtpOverhead: Int {
        switch sealing {
        case .some(let key): key.rtpOverhead
        case nil: 0
        }
    }

    /// When `advance` wants to be called next.
    public var nextDeadline: Instant? {
        guard isOpen else { return nil }
        var earliest = ice.nextDeadline  // asked for once a packet: no array is made for it
        if let own = security.nextDeadline { earliest = earliest.map { min($0, own) } ?? own }
        if let limit = handshakeLimit { earliest = earliest.map { min($0, limit) } ?? limit }
        return earliest
    }

    private var isOpen: Bool {
        switch state {
        case .connecting, .connected: true
        case .closed: false
        }
    }

    private static let handshakeTime = Interval.seconds(30)  // as long as consent would last
}

// MARK: Bytes and time in

extension PeerConnection {
    /// Takes in a STUN request that names this session's user fragment.
    public mutating func receiveSTUN(
        _ bytes: RawSpan, from source: Endpoint, at now: Instant
    ) -> ICELite.Outcome {
        let outcome = ice.receive(bytes, from: source, at: now)
        if outcome.isFirstValidation, isOpen {
            if role == .client { security.start(at: now) }
            followHandshake()
        }
        return outcome
    }

    /// Whether nothing has proved for a while that the peer is still there.
    public func isSilent(at now: Instant) -> Bool { ice.isSilent(at: now) }

    /// Whether ICE has validated `source` for this session.
    public func isValidated(_ source: Endpoint) -> Bool { ice.isValidated(source) }

    /// Takes in one DTLS datagram from a validated address. A handshake's step costs about 1 ms.
    public mutating func receiveDTLS(_ bytes: RawSpan, at now: Instant) {
        guard isOpen else { return }
        security.receive(bytes, at: now)
        followHandshake()
    }

    /// Authenticates and decrypts one RTP packet into `out`; `nil` before the keys are known.
    public mutating func openRTP(_ packet: RawSpan, into out: UnsafeMutableRawPointer) -> Opened? {
        opening?.openRTP(packet, into: out)
    }

    /// Authenticates and decrypts one RTCP packet into `out`; `nil` before the keys are known.
    public mutating func openRTCP(_ packet: RawSpan, into out: UnsafeMutableRawPointer) -> Opened? {
        opening?.openRTCP(packet, into: out)
    }

    /// Replaces both sides' ICE credentials (RFC 8445 §9); keys and media go on.
    public mutating func restartICE(local: ICECredentials, remote: ICECredentials) {
        ice.restart(local: local, remote: remote)
    }

    /// Retransmits a flight, or ends a connection whose time is over.
    public mutating func advance(to now: Instant) {
        guard isOpen else { return }
        ice.advance(to: now)
        if ice.isExpired {
            end(.consentExpired)
        } else if let limit = handshakeLimit, limit <= now {
            end(.handshakeTimedOut)
        } else {
            security.advance(to: now)
            followHandshake()
        }
    }

    /// Ends the connection, telling the peer if it can still be told.
    public mutating func close(_ reason: CloseReason = .local) {
        guard isOpen else { return }
        end(reason)
    }
}

// MARK: Bytes out

extension PeerConnection {
    /// The next handshake datagram for `remote`.
    public mutating func nextDatagram() -> [UInt8]? { security.nextDatagram() }

    /// Encrypts one RTP packet where it lies: see `SealingKey.sealRTP`. Zero before the keys.
    public func sealRTP(
        at out: UnsafeMutableRawPointer, headerByteCount: Int, prefixByteCount: Int,
        payload: UnsafeRawBufferPointer, ssrc: UInt32, index: UInt64
    ) -> Int {
        switch sealing {
        case .some(let key):
            guard let start = payload.baseAddress else { return 0 }
            return key.sealRTP(
                at: out, headerByteCount: headerByteCount, prefixByteCount: prefixByteCount,
                payload: start, payloadByteCount: payload.count, ssrc: ssrc, index: index)
        case nil: return 0
        }
    }

    /// Encrypts one RTCP packet; `nil` before the keys are known, or when there is nothing to send.
    public mutating func sealRTCP(_ packet: [UInt8]) -> [UInt8]? {
        guard let sealed = sealing?.sealRTCP(packet), !sealed.isEmpty else { return nil }
        return sealed
    }

    private mutating func followHandshake() {
        switch security.progress {
        case .handshaking: return
        case .connected(let material): if case .connecting = state { connect(material) }
        case .closed: end(.remote)
        case .failed(let failure): end(.handshakeFailed(failure))
        }
    }

    private mutating func connect(_ material: SRTPKeyingMaterial) {
        do {
            sealing = try material.sealingKey(of: role)
            opening = try material.openingKey(of: role)
            handshakeLimit = nil
            state = .connected
        } catch {
            end(.handshakeFailed(.noCommonProfile))
        }
    }

    private mutating func end(_ reason: CloseReason) {
        security.close()
        state = .closed(reason)
    }
}
