public import Ciphers
public import Timing
public import Wire

extension PeerConnection {
    /// Takes in a STUN request that names this session's user fragment.
    public mutating func receiveSTUN(
        _ bytes: RawSpan, from source: Endpoint, at now: Instant
    ) -> ICELite.Outcome {
        let outcome = ice.receive(bytes, from: source, at: now)
        findPath()
        if outcome.isFirstValidation, isOpen {
            if role == .client { security.start(at: now) }
            followHandshake(at: now)
        }
        return outcome
    }

    /// Whether ICE has validated `source` for this session.
    public func isValidated(_ source: Endpoint) -> Bool { ice.isValidated(source) }

    /// Takes in one DTLS datagram from a validated address. A handshake's step costs about 1 ms.
    public mutating func receiveDTLS(_ bytes: RawSpan, at now: Instant) {
        guard isOpen else { return }
        security.receive(bytes, at: now)
        followHandshake(at: now)
    }

    /// Authenticates and decrypts one RTP packet into `out`; `nil` before the keys are known.
    public mutating func openRTP(_ packet: RawSpan, into out: UnsafeMutableRawPointer) -> Opened? {
        opening?.openRTP(packet, into: out)
    }

    /// Authenticates and decrypts one RTCP packet into `out`; `nil` before the keys are known.
    public mutating func openRTCP(_ packet: RawSpan, into out: UnsafeMutableRawPointer) -> Opened? {
        let opened = opening?.openRTCP(packet, into: out)
        // Who sends under the keys has our last flight (RFC 6347 §4.2.4).
        if settlement != nil, case .opened? = opened { settle(orAt: settlement) }
        return opened
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
            followHandshake(at: now)
            if let settlement, settlement <= now { settle(orAt: now + Self.retryTime) }
        }
    }

    /// Ends the connection, telling the peer if it can still be told.
    public mutating func close(_ reason: CloseReason = .local) {
        guard isOpen else { return }
        end(reason)
    }
}

extension PeerConnection {
    /// The next handshake datagram for `remote`.
    public mutating func nextDatagram() -> [UInt8]? { security.nextDatagram() }

    /// Encrypts one RTCP packet; `nil` before the keys are known, or when there is nothing to send.
    public mutating func sealRTCP(_ packet: [UInt8]) -> [UInt8]? {
        guard let sealed = sealing?.sealRTCP(packet), !sealed.isEmpty else { return nil }
        return sealed
    }
}
