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
        /// The server was not heard for longer than its client waits.
        case silent
        /// The handshake failed: an alert, a wrong certificate.
        case handshakeFailed(DTLSFailure)
        /// The handshake, ICE included, did not end within its time.
        case handshakeTimedOut
    }

    /// Where the connection stands.
    public private(set) var state = State.connecting
    /// Where media goes now and what it is sealed with; `nil` unless connected. Asked for each run
    /// of packets, and kept for that.
    public private(set) var mediaPath: MediaPath?

    let role: DTLSRole
    let backend: SealingBackend
    let batch: SealingBatch?
    var ice: ICELite
    var security: HandshakeSecurity
    var sealing: SealingKey?
    var opening: OpeningKey?
    var handshakeLimit: Instant?
    var settlement: Instant?  // when at the latest the handshake's memory is given back

    /// A connection whose keys a DTLS handshake agrees on; `backend` seals, what may wait in `batch`.
    public init(
        ice: ICELite, dtls: consuming DTLSSession, role: DTLSRole, backend: SealingBackend = .evp,
        batch: SealingBatch? = nil, at now: Instant
    ) {
        self.init(ice, .dtls(dtls), role, backend, batch, at: now)
    }

    /// A connection whose keys are known beforehand: for simulations, where a handshake's own
    /// randomness would make no two runs alike. ICE still runs.
    public init(
        ice: ICELite, keys: SRTPKeyingMaterial, role: DTLSRole, backend: SealingBackend = .evp,
        batch: SealingBatch? = nil, at now: Instant
    ) {
        self.init(ice, .keyed(keys), role, backend, batch, at: now)
    }

    private init(
        _ ice: ICELite, _ security: consuming HandshakeSecurity, _ role: DTLSRole,
        _ backend: SealingBackend, _ batch: SealingBatch?, at now: Instant
    ) {
        self.ice = ice
        self.security = security
        self.role = role
        (self.backend, self.batch) = (backend, batch)
        handshakeLimit = now + Self.handshakeTime
    }

    /// The address ICE settled on, where handshake and media go; `nil` before the first check.
    public var remote: Endpoint? { ice.selected }

    /// When `advance` wants to be called next.
    public var nextDeadline: Instant? {
        guard isOpen else { return nil }
        var earliest = ice.nextDeadline  // asked for once a packet: no array is made for it
        if let own = security.nextDeadline { earliest = earliest.map { min($0, own) } ?? own }
        if let own = handshakeLimit ?? settlement {
            earliest = earliest.map { min($0, own) } ?? own
        }
        return earliest
    }

    var isOpen: Bool {
        switch state {
        case .connecting, .connected: true
        case .closed: false
        }
    }
}

// MARK: Following the handshake

extension PeerConnection {
    /// Draws the consequences of what the handshake has come to.
    mutating func followHandshake(at now: Instant) {
        switch security.progress {
        case .handshaking, .settled: return
        case .connected(let material): if case .connecting = state { connect(material, at: now) }
        case .closed: end(.remote)
        case .failed(let failure): end(.handshakeFailed(failure))
        }
    }

    /// Gives the handshake's memory back; what cannot be given back yet is tried again later.
    mutating func settle(orAt later: Instant?) {
        settlement = security.settle() ? nil : later
    }

    private mutating func connect(_ material: SRTPKeyingMaterial, at now: Instant) {
        do {
            sealing = try material.sealingKey(of: role, backend: backend, batch: batch)
            opening = try material.openingKey(of: role, backend: backend)
            handshakeLimit = nil
            state = .connected
            findPath()
            // The server's flight is the last: a client that is connected has had it.
            settlement = now + (role == .client ? Self.retryTime : Self.settlementTime)
        } catch {
            end(.handshakeFailed(.noCommonProfile))
        }
    }

    /// Ends the connection; the peer is told if it can be.
    mutating func end(_ reason: CloseReason) {
        security.close()
        state = .closed(reason)
        mediaPath = nil
    }

    /// Keeps the path in step with the address that ICE has settled on.
    mutating func findPath() {
        guard case .connected = state, let destination = ice.selected else { return }
        switch sealing {
        case .some(let key): mediaPath = MediaPath(destination: destination, sealer: key.sealer)
        case nil: return
        }
    }

    private static let handshakeTime = Interval.seconds(30)  // as long as consent would last
    /// A peer has given its handshake up by then.
    private static let settlementTime = Interval.seconds(60)
    static let retryTime = Interval.seconds(1)
}

extension PeerConnection.CloseReason: CustomStringConvertible {
    /// A few words for a log.
    public var description: String {
        switch self {
        case .local: "closed from our side"
        case .superseded: "replaced by another session of the same peer"
        case .remote: "closed from the other side"
        case .consentExpired: "nothing came that proves consent"
        case .silent: "the other side is silent"
        case .handshakeFailed(let failure): "the handshake failed: \(failure)"
        case .handshakeTimedOut: "no connection came about in time"
        }
    }
}
