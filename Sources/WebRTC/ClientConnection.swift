public import Ciphers
public import Timing
public import Wire

/// A client's secured path to a server: a controlling ICE agent finds the address, DTLS agrees on
/// keys, SRTP protects the media. `PeerConnection` is the server's side of it.
///
///     connecting ──keys agreed──▶ connected ──silence, consent lost, closed by either──▶ closed
///         └──────────no candidate answers, the handshake fails──────────────────────────────┘
public struct ClientConnection: ~Copyable {
    /// Where the connection stands; `closed` is final.
    public private(set) var state = PeerConnection.State.connecting

    private let role: DTLSRole
    private var ice: ICEAgent
    private var security: HandshakeSecurity
    private var sealing: SealingKey?
    private var opening: OpeningKey?
    private var isStarted = false
    private var handshakeLimit: Instant?
    private var silence: PathSilence?  // from when it is connected
    private let patience: Interval?

    /// A connection that begins at once.
    ///
    /// - Parameters:
    ///   - accepted: What the server answered.
    ///   - local: The credentials of our offer.
    ///   - context: Holds the certificate whose fingerprint our offer named.
    ///   - seed: For ICE: 32 unpredictable octets.
    ///   - patience: How long after `isSilent` the server may take to come back before the
    ///     connection ends: for who can begin anew. `nil` leaves that to consent.
    ///   - now: When it begins.
    public init(
        _ accepted: Offer.Accepted, local: ICECredentials, context: DTLSContext, seed: [UInt8],
        patience: Interval? = nil, at now: Instant
    ) throws(CipherError) {
        let negotiated = accepted.negotiated
        (role, self.patience) = (negotiated.role, patience)
        ice = ICEAgent(
            local: local, remote: negotiated.remoteICE, candidates: accepted.candidates,
            seed: seed, at: now)
        let session = try DTLSSession(
            role: role, context: context, remoteFingerprints: negotiated.fingerprints)
        security = .dtls(session)
        handshakeLimit = now + Self.handshakeTime
    }

    /// The address in use; `nil` before the first check is answered.
    public var remote: Endpoint? { ice.selected }

    /// Whether a connected server has said nothing for five seconds, checks answered included.
    public var isSilent: Bool { silence?.isNoticed ?? false }

    /// When `advance` wants to be called next.
    public var nextDeadline: Instant? {
        guard isOpen else { return nil }
        var earliest = ice.nextDeadline
        for own in [security.nextDeadline, handshakeLimit, silence?.nextDeadline] {
            if let own { earliest = earliest.map { min($0, own) } ?? own }
        }
        return earliest
    }

    private var isOpen: Bool {
        switch state {
        case .connecting, .connected: true
        case .closed: false
        }
    }

    private static let handshakeTime = Interval.seconds(30)
}

// MARK: Bytes and time

extension ClientConnection {
    /// Takes in a STUN message or a DTLS datagram; others are the caller's to open.
    public mutating func receiveControl(_ bytes: RawSpan, from source: Endpoint, at now: Instant) {
        guard isOpen else { return }
        switch PacketKind(bytes) {
        case .stun:
            if ice.receive(bytes, from: source, at: now) { silence?.heard(at: now) }
            followICE(at: now)
        case .dtls where source == remote:
            security.receive(bytes, at: now)
            followHandshake(at: now)
        case .dtls, .rtp, .rtcp, .other: return
        }
    }

    /// Authenticates and decrypts one RTP packet into `out`; `nil` before the keys are known.
    public mutating func openRTP(
        _ packet: RawSpan, into out: UnsafeMutableRawPointer, at now: Instant
    ) -> Opened? {
        heard(opening?.openRTP(packet, into: out), at: now)
    }

    /// Authenticates and decrypts one RTCP packet into `out`; `nil` before the keys are known.
    public mutating func openRTCP(
        _ packet: RawSpan, into out: UnsafeMutableRawPointer, at now: Instant
    ) -> Opened? {
        heard(opening?.openRTCP(packet, into: out), at: now)
    }

    /// What could be opened, the server has sent.
    private mutating func heard(_ opened: Opened?, at now: Instant) -> Opened? {
        if case .opened? = opened { silence?.heard(at: now) }
        return opened
    }

    /// Sends checks and flights that are due, or ends a connection whose time is over.
    public mutating func advance(to now: Instant) {
        guard isOpen else { return }
        switch silence?.advance(to: now) {
        case .check: ice.checkNow(at: now)
        case .giveUp: return end(.silent)
        case nil, .some(.none), .notice: break
        }
        ice.advance(to: now)
        if ice.state == .failed {
            end(isConnected ? .consentExpired : .handshakeTimedOut)
        } else if let limit = handshakeLimit, limit <= now {
            end(.handshakeTimedOut)
        } else {
            security.advance(to: now)
            followHandshake(at: now)
        }
    }

    /// The next control datagram and where it goes.
    public mutating func nextDatagram() -> (bytes: [UInt8], destination: Endpoint)? {
        if let check = ice.nextDatagram() { return check }
        guard let remote, let bytes = security.nextDatagram() else { return nil }
        return (bytes, remote)
    }

    /// Encrypts one RTP packet whose header is written; `nil` before the keys are known.
    public func sealRTP(
        _ header: [UInt8], payload: [UInt8], ssrc: UInt32, index: UInt64
    ) -> [UInt8]? {
        switch sealing {
        case nil: nil
        case .some(let key): key.sealed(header, payload: payload, ssrc: ssrc, index: index)
        }
    }

    /// Encrypts one RTCP packet; `nil` before the keys are known.
    public mutating func sealRTCP(_ packet: [UInt8]) -> [UInt8]? {
        guard let sealed = sealing?.sealRTCP(packet), !sealed.isEmpty else { return nil }
        return sealed
    }

    /// Ends the connection, telling the server if it can still be told.
    public mutating func close() {
        guard isOpen else { return }
        end(.local)
    }

    private var isConnected: Bool { state == .connected }

    private mutating func followICE(at now: Instant) {
        guard ice.selected != nil, !isStarted else { return }
        isStarted = true
        if role == .client { security.start(at: now) }
        followHandshake(at: now)
    }

    private mutating func followHandshake(at now: Instant) {
        switch security.progress {
        case .handshaking, .settled: return
        case .connected(let material): if case .connecting = state { connect(material, at: now) }
        case .closed: end(.remote)
        case .failed(let failure): end(.handshakeFailed(failure))
        }
    }

    private mutating func connect(_ material: SRTPKeyingMaterial, at now: Instant) {
        do {
            sealing = try material.sealingKey(of: role)
            opening = try material.openingKey(of: role)
            handshakeLimit = nil
            silence = PathSilence(patience: patience, at: now)
            state = .connected
        } catch {
            end(.handshakeFailed(.noCommonProfile))
        }
    }

    private mutating func end(_ reason: PeerConnection.CloseReason) {
        security.close()
        state = .closed(reason)
    }
}
