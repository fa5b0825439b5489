public import Ciphers
import RTP
public import Timing
import WebRTC
public import Wire

/// One simulated browser: it checks by ICE, then publishes or watches one video and one audio track.
///
/// Its keys come from the secret it shares with the server under test (`WorkerConfiguration`'s
/// `keyed` security); all else is what a browser does: nomination, consent checks, SRTP, NACK, PLI,
/// reports.
public struct ClientPeer: ~Copyable, Engine {
    /// It has no owner to tell.
    public typealias Event = Never

    /// What it does once connected.
    public enum Part: Sendable {
        case publishes
        case watches
    }

    /// Where it is.
    public let address: Endpoint
    /// What it has sent, if it publishes.
    public internal(set) var publication: Publication
    /// What it has received, if it watches.
    public internal(set) var reception = Reception()

    /// The connectivity check it sent last: what an attacker with a session of its own could forge.
    public private(set) var lastCheck: [UInt8]?

    let part: Part
    private let profile: SRTPProfile
    private let secret: [UInt8]
    private let local: ICECredentials
    private var remote: RemoteSide?
    private var random: SplitMix
    private var nextCheck: Instant?
    private var sealing: SealingKey?
    private var opening: OpeningKey?
    private var waiting: [[UInt8]] = []
    private var now = Instant(nanoseconds: 0)
    private let scratch: UnsafeMutableRawPointer

    private struct RemoteSide {
        let credentials: ICECredentials
        let endpoint: Endpoint
    }

    /// A peer that has not called yet.
    ///
    /// The secret is shared with the server under test; the seed decides its credentials, its SSRCs
    /// and the sizes of its frames.
    public init(
        _ part: Part, at address: Endpoint, secret: [UInt8], seed: UInt64,
        profile: SRTPProfile = .aeadAES128GCM
    ) {
        (self.part, self.address, self.secret, self.profile) = (part, address, secret, profile)
        random = SplitMix(seed: seed)
        local = ICECredentials(
            ufrag: "peer\(random.below(1_000_000))",
            password: "password\(1_000_000_000_000_000 + random.below(1_000_000_000))")
        publication = Publication(seed: random.next())
        scratch = .allocate(byteCount: 2048, alignment: 64)
    }

    deinit { scratch.deallocate() }

    /// Whether keys are agreed on.
    public var isConnected: Bool {
        switch sealing {
        case .some: true
        case nil: false
        }
    }

    /// The offer it makes, as text.
    public var offer: String {
        ClientOffer(part: part, ice: local, publication: publication).text
    }

    /// Takes in what the answer to `offer` says: credentials, and a candidate of the server's. Checks
    /// begin at once.
    public mutating func accept(
        ufrag: String, password: String, server: Endpoint, at now: Instant
    ) {
        remote = RemoteSide(
            credentials: ICECredentials(ufrag: ufrag, password: password), endpoint: server)
        nextCheck = now
    }

    /// Takes in one datagram.
    public mutating func receive(_ bytes: RawSpan, from source: Endpoint, at now: Instant) {
        self.now = now
        switch PacketKind(bytes) {
        case .stun: receiveCheck(bytes)
        case .rtp:
            if case .opened(let count, _)? = opening?.openRTP(bytes, into: scratch) {
                let plain = UnsafeRawBufferPointer(start: scratch, count: count).bytes
                reception.receiveRTP(plain, at: now)
            }
        case .rtcp:
            if case .opened(let count, _)? = opening?.openRTCP(bytes, into: scratch) {
                let plain = UnsafeRawBufferPointer(start: scratch, count: count).bytes
                receiveRTCP(plain)
            }
        case .dtls, .other: return
        }
    }

    /// Checks, frames, requests and reports that are due.
    public mutating func advance(to now: Instant) {
        self.now = now
        if let due = nextCheck, due <= now { sendCheck() }
        guard isConnected else { return }
        switch part {
        case .publishes:
            publication.advance(to: now)
            while let packet = publication.nextPacket() { seal(packet) }
            while let report = publication.nextReport() { sealRTCP(report) }
        case .watches:
            for packet in reception.advance(to: now) { sealRTCP(packet) }
        }
    }

    /// When it wants to act next.
    public var nextDeadline: Instant? {
        let media = isConnected ? (part == .publishes ? publication.next : reception.next) : nil
        return [nextCheck, media].compactMap { $0 }.min()
    }

    /// What it has to send, one datagram at a time.
    public mutating func nextTransmit(into arena: inout SendArena) -> Transmit? {
        guard let remote, let first = waiting.first,
            let transmit = arena.append(first, to: remote.endpoint)
        else { return nil }
        waiting.removeFirst()
        return transmit
    }

    /// It has nothing to tell.
    public mutating func nextEvent() -> Never? { nil }
}

// MARK: ICE and SRTP

extension ClientPeer {
    private mutating func sendCheck() {
        guard let remote else { return }
        let id = STUNMessage.TransactionID(
            high: UInt32(truncatingIfNeeded: random.next()), low: random.next())
        var request = STUNMessage(.request, transactionID: id)
        request.username = "\(remote.credentials.ufrag):\(local.ufrag)"
        request.priority = 1
        request.usesCandidate = true
        request.role = .controlling(1)
        let check = request.serialized(password: remote.credentials.password)
        lastCheck = check
        waiting.append(check)
        nextCheck = now + (isConnected ? Self.consentInterval : Self.checkInterval)
    }

    private mutating func receiveCheck(_ bytes: RawSpan) {
        guard let remote, !isConnected, let answer = try? STUNMessage(parsing: bytes),
            answer.messageClass == .success,
            answer.isAuthentic(bytes, password: remote.credentials.password)
        else { return }
        let keys = SRTPKeyingMaterial(
            profile: profile, secret: secret, session: remote.credentials.ufrag)
        sealing = try? keys.sealingKey(of: .client)
        opening = try? keys.openingKey(of: .client)
        nextCheck = now + Self.consentInterval
        publication.begin(at: now)
        reception.begin(at: now)
    }

    private mutating func receiveRTCP(_ compound: RawSpan) {
        var packets = RTCPReader(compound)
        while let packet = packets.next() {
            switch packet {
            case .nack(let nack): publication.resend(nack)
            case .pictureLossIndication: publication.keyframeWanted()
            case .senderReport(let report): reception.receive(report)
            default: continue
            }
        }
    }

    private mutating func seal(_ packet: OutgoingPacket) {
        var bytes = [UInt8](repeating: 0, count: 12 + packet.payload.count + 16)
        let count = bytes.withUnsafeMutableBytes { out -> Int in
            guard let start = out.baseAddress else { return 0 }
            _ = packet.header.write(to: start)
            return packet.payload.withUnsafeBytes { payload -> Int in
                guard let from = payload.baseAddress else { return 0 }
                switch sealing {
                case .some(let key):
                    return key.sealRTP(
                        at: start, headerByteCount: 12, prefixByteCount: 0, payload: from,
                        payloadByteCount: payload.count, ssrc: packet.header.ssrc,
                        index: packet.index)
                case nil: return 0
                }
            }
        }
        waiting.append(Array(bytes.prefix(count)))
    }

    private mutating func sealRTCP(_ packet: [UInt8]) {
        if let sealed = sealing?.sealRTCP(packet) { waiting.append(sealed) }
    }

    private static var checkInterval: Interval { .milliseconds(50) }
    private static var consentInterval: Interval { .seconds(5) }
}
