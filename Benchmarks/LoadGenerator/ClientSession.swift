import Ciphers
import Timing
import WebRTC
import Wire

/// One peer's path as the client's side sees it: ICE that yields the controlling role, DTLS client, SRTP
/// keys; or, to the floor, keys made up here and told to it in one datagram.
final class ClientSession {
    let socket: DatagramSocket
    let videoType: UInt8
    private(set) var isConnected = false
    private(set) var profile: SRTPProfile?
    private var sealing: SealingKey?
    private var opening: OpeningKey?
    private var dtls: DTLSSession?
    private let checkUsername: String
    private let checkPassword: String
    private let password: String
    private let registration: [UInt8]
    private var isControlling = true
    private var isValidated = false
    private var nextCheck = Instant(nanoseconds: 0)
    private var transaction: UInt64 = 0

    /// A session with a server that answered.
    init(
        server: ServerDescription, context: DTLSContext, ufrag: String, password: String
    ) throws {
        socket = try DatagramSocket(to: server.endpoint)
        videoType = server.videoType
        dtls = try DTLSSession(
            role: .client, context: context, remoteFingerprints: server.fingerprints)
        checkUsername = "\(server.ufrag):\(ufrag)"
        checkPassword = server.password
        self.password = password
        registration = []
    }

    /// A session with the floor: `letter` says what this is ("P" publishes, "J" joins).
    init(floor: Endpoint, letter: Unicode.Scalar, profile: SRTPProfile) throws {
        socket = try DatagramSocket(to: floor)
        videoType = Profile.videoType
        let key = randomBytes(count: profile.keyByteCount)
        let salt = randomBytes(count: profile.saltByteCount)
        (checkUsername, checkPassword, password) = ("", "", "")
        registration = [UInt8(letter.value)] + key + salt
        sealing = try SealingKey(profile: profile, masterKey: key, masterSalt: salt)
        opening = try OpeningKey(profile: profile, masterKey: key, masterSalt: salt)
        self.profile = profile
        isConnected = true
    }

    /// What is due: a check until one is answered and after that every five seconds, more or less
    /// (RFC 7675 §5.1), DTLS's timer.
    func advance(to now: Instant) {
        if now >= nextCheck {
            let isSettled = isValidated || isConnected
            nextCheck = now + .milliseconds(isSettled ? .random(in: 4000...6000) : 50)
            socket.send(registration.isEmpty ? check() : registration)
        }
        if !isConnected {
            dtls?.advance(to: now)
            sendFlight()
        }
    }

    private func check() -> [UInt8] {
        transaction += 1
        var request = STUNMessage(
            .request, transactionID: .init(high: 0x736C_7563, low: transaction))
        request.username = checkUsername
        request.priority = 1_853_824_767
        request.usesCandidate = isControlling
        request.role = isControlling ? .controlling(1) : .controlled(1)
        return request.serialized(password: checkPassword)
    }

    /// Takes in what is neither RTP nor RTCP.
    func receive(_ bytes: RawSpan, at now: Instant) {
        switch PacketKind(bytes) {
        case .stun: receiveCheck(bytes, at: now)
        case .dtls: dtls?.receive(bytes, at: now)
        case .rtp, .rtcp, .other: return
        }
        sendFlight()
        connectWhenKeyed()
    }

    /// Begins DTLS once a check is answered, and answers the checks of servers with full ICE.
    private func receiveCheck(_ bytes: RawSpan, at now: Instant) {
        guard let message = try? STUNMessage(parsing: bytes) else { return }
        switch message.messageClass {
        case .request:
            guard message.isAuthentic(bytes, password: password) else { return }
            var response = STUNMessage(.success, transactionID: message.transactionID)
            response.mappedAddress = socket.server
            socket.send(response.serialized(password: password))
        case .success:
            guard !isValidated else { return }
            isValidated = true
            dtls?.start(at: now)
        case .failure:
            // Whoever offered is controlling; here that was the server (RFC 8445 §7.2.5.1).
            guard message.errorCode == 487 else { return }
            isControlling = false
            nextCheck = now
        case .indication: return
        }
    }

    private func sendFlight() {
        while let datagram = dtls?.nextDatagram() { socket.send(datagram) }
    }

    private func connectWhenKeyed() {
        guard !isConnected else { return }
        switch dtls {
        case .some(let session):
            guard case .connected(let keys) = session.state else { return }
            sealing = try? keys.sealingKey(of: .client)
            opening = try? keys.openingKey(of: .client)
            profile = keys.profile
            isConnected = true
        case nil: return
        }
    }
}

// MARK: Media

extension ClientSession {
    /// Seals a packet whose twelve octets of header lie at `out` and sends it.
    func send(
        at out: UnsafeMutableRawPointer, payload: UnsafeRawPointer, count: Int, ssrc: UInt32,
        index: UInt64
    ) {
        switch sealing {
        case .some(let key):
            let whole = key.sealRTP(
                at: out, headerByteCount: 12, prefixByteCount: 0, payload: payload,
                payloadByteCount: count, ssrc: ssrc, index: index)
            socket.send(Array(UnsafeRawBufferPointer(start: out, count: whole)))
        case nil: return
        }
    }

    func sendRTCP(_ packet: [UInt8]) {
        guard let sealed = sealing?.sealRTCP(packet) else { return }
        socket.send(sealed)
    }

    /// A packet's octets in the clear at `out`; `nil` when it does not bear our keys' tag.
    func opened(_ packet: RawSpan, into out: UnsafeMutableRawPointer) -> UnsafeRawBufferPointer? {
        guard case .opened(let count, _)? = opening?.openRTP(packet, into: out) else { return nil }
        return UnsafeRawBufferPointer(start: out, count: count)
    }

    /// Whether an RTCP packet asks for a key frame (RFC 4585 §6.3.1).
    func asksForKeyframe(_ packet: RawSpan, into out: UnsafeMutableRawPointer) -> Bool {
        guard case .opened(let count, _)? = opening?.openRTCP(packet, into: out) else {
            return false
        }
        let bytes = UnsafeRawBufferPointer(start: out, count: count)
        var offset = 0
        while offset + 4 <= count {
            if bytes[offset + 1] == 206, bytes[offset] & 0x1F == 1 { return true }
            offset += 4 * (1 + (Int(bytes[offset + 2]) << 8 | Int(bytes[offset + 3])))
        }
        return false
    }
}
