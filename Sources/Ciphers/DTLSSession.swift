import CCiphers
import COpenSSL
public import Timing

/// DTLS 1.2 with one peer (RFC 6347), to agree on SRTP keys (RFC 5764): OpenSSL over datagrams in
/// memory.
///
/// Give it only datagrams from an address that ICE has validated: it asks for no cookie. OpenSSL
/// has its own randomness and reads its own clock, so this is the one machine whose deadlines
/// follow the kernel's clock even when `now` does not.
public struct DTLSSession: ~Copyable {
    /// Where the session stands.
    public private(set) var state = DTLSState.handshaking

    /// When `advance` wants to be called: the retransmission of a flight. At least 15 ms after the
    /// call that set it, for OpenSSL counts less as run out.
    public private(set) var nextDeadline: Instant?

    private let ssl: OpaquePointer

    /// A session that has not spoken yet.
    ///
    /// - Parameters:
    ///   - role: Who speaks first; be the server where one may choose, its order of profiles wins.
    ///   - context: What all sessions share.
    ///   - remoteFingerprints: Of which the peer's certificate must match one. When several hash
    ///     functions are among them, the strongest decides.
    public init(
        role: DTLSRole,
        context: DTLSContext,
        remoteFingerprints: [Fingerprint]
    ) throws(CipherError) {
        let fingerprints = HashFunction.strongest(of: remoteFingerprints)
        guard !fingerprints.isEmpty else { throw .fingerprints(count: 0) }
        guard let ssl = SSL_new(context.pointer) else { throw .refused(call: "SSL_new") }
        guard cciphers_link_attach(ssl, Self.mtu) == 1 else {
            SSL_free(ssl)
            throw .refused(call: "SSL_set_bio")
        }
        for fingerprint in fingerprints {
            let (value, bits) = (fingerprint.value, Int32(8 * fingerprint.value.count))
            guard cciphers_link_expect(ssl, bits, value, value.count) == 1 else {
                SSL_free(ssl)
                throw .fingerprints(count: fingerprints.count)
            }
        }
        self.ssl = ssl
        switch role {
        case .client: SSL_set_connect_state(ssl)
        case .server: SSL_set_accept_state(ssl)
        }
    }

    deinit { SSL_free(ssl) }

    /// Lets the client send its first flight; a server has nothing to say yet.
    public mutating func start(at now: Instant) {
        let nothing: [UInt8] = []
        receive(nothing.span.bytes, at: now)
    }

    /// Takes in one datagram from the peer. Application data is discarded.
    public mutating func receive(_ datagram: RawSpan, at now: Instant) {
        switch state {
        case .failed, .closed: return
        case .handshaking, .connected: break
        }
        guard !Self.hasShortRecord(datagram) else { return }
        let progress = datagram.withOctets { cciphers_step(ssl, $0, datagram.byteCount) }
        switch progress {
        case cciphers_waiting: break
        case cciphers_connected:
            if state == .handshaking { handshakeFinished() }
        case cciphers_closed:
            cciphers_shutdown(ssl)
            state = .closed
        default: state = .failed(failure())
        }
        setDeadline(after: now)
    }

    /// Retransmits what has waited too long for an answer.
    public mutating func advance(to now: Instant) {
        guard let deadline = nextDeadline, deadline <= now else { return }
        if cciphers_expire(ssl) < 0 { state = .failed(.timedOut) }
        setDeadline(after: now)
    }

    /// The next datagram for the peer, of at most 1200 octets; `nil` when there is none.
    ///
    /// At most 32 wait; more are lost, as on any network. A session that has ended still hands out
    /// its last alert.
    public mutating func nextDatagram() -> [UInt8]? {
        let byteCount = cciphers_link_pending(ssl)
        guard byteCount > 0 else { return nil }
        return [UInt8](unsafeUninitializedCapacity: byteCount) { bytes, count in
            guard let base = bytes.baseAddress else { return }
            cciphers_link_take(ssl, base)
            count = byteCount
        }
    }

    /// What can stand in for a connected session once nobody can ask for its last flight again;
    /// `nil` before, or while a datagram waits.
    public func farewell() -> DTLSFarewell? {
        guard case .connected = state, cciphers_link_pending(ssl) == 0,
            let pointer = cciphers_farewell_new(ssl)
        else { return nil }
        return DTLSFarewell(owning: pointer)
    }

    /// Ends the session, with a close_notify if it was up.
    public mutating func close() {
        switch state {
        case .failed, .closed: return
        case .connected: cciphers_shutdown(ssl)
        case .handshaking: break
        }
        state = .closed
        nextDeadline = nil
    }

    /// Whether a record says that it is encrypted and is too short to be. OpenSSL before 3.0.22 takes one
    /// for a failure of its own and ends the session, though anybody can send it.
    private static func hasShortRecord(_ datagram: RawSpan) -> Bool {
        var offset = 0
        while datagram.byteCount - offset >= recordHeader {
            func octet(_ at: Int) -> Int {
                Int(datagram.unsafeLoad(fromByteOffset: offset + at, as: UInt8.self))
            }
            let byteCount = octet(11) << 8 | octet(12)
            let isEncrypted = octet(3) | octet(4) != 0  // its epoch
            if isEncrypted, byteCount < leastEncrypted { return true }
            offset += recordHeader + byteCount
        }
        return false
    }

    private mutating func setDeadline(after now: Instant) {
        switch state {
        case .failed, .closed: nextDeadline = nil
        case .handshaking, .connected:
            let left = cciphers_timeout(ssl)
            nextDeadline =
                left < 0 ? nil : now + max(Interval(nanoseconds: left), Self.leastWait)
        }
    }

    private mutating func handshakeFinished() {
        state = exportKeys()
        if case .failed = state { cciphers_shutdown(ssl) }  // the peer may believe in this session
    }

    /// The keys of both directions (RFC 5764 §4.2).
    private func exportKeys() -> DTLSState {
        guard let chosen = SSL_get_selected_srtp_profile(ssl),
            let profile = SRTPProfile(rawValue: UInt16(truncatingIfNeeded: chosen.pointee.id))
        else { return .failed(.noCommonProfile) }
        let label = "EXTRACTOR-dtls_srtp"
        var exported = [UInt8](
            repeating: 0,
            count: 2 * (profile.keyByteCount + profile.saltByteCount)
        )
        let isGood = SSL_export_keying_material(
            ssl,
            &exported,
            exported.count,
            label,
            label.utf8.count,
            nil,
            0,
            0
        )
        guard isGood == 1 else { return .failed(.protocolViolation) }
        return .connected(SRTPKeyingMaterial(profile: profile, exported: exported))
    }

    private func failure() -> DTLSFailure {
        if cciphers_link_mismatched(ssl) == 1 { return .fingerprintMismatch }
        let alert = cciphers_received_alert()
        return alert < 0 ? .protocolViolation : .alert(UInt8(truncatingIfNeeded: alert))
    }

    private static let recordHeader = 13  // RFC 6347 §4.1
    private static let leastEncrypted = 8 + 16  // nonce and tag, around nothing (RFC 5288 §3)
    private static let mtu = 1200  // what WebRTC assumes to pass everywhere
    private static let leastWait = Interval.milliseconds(15)
}
