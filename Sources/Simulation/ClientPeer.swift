public import Ciphers
import RTP
public import Timing
public import WebRTC
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

    /// Where it is; `World` moves it.
    public internal(set) var address: Endpoint
    /// What it has sent, if it publishes.
    public internal(set) var publication: Publication
    /// What it has received, if it watches.
    public internal(set) var reception: Reception

    /// The connectivity check it sent last: what an attacker with a session of its own could forge.
    public private(set) var lastCheck: [UInt8]?
    /// The media packet it sent last: what an attacker on the path could send again.
    public private(set) var lastPacket: [UInt8]?
    /// Checks that the server refused, or that it could not take for the server's answers.
    public private(set) var refusedCheckCount = 0
    /// Datagrams that were not what its keys protect.
    public private(set) var unopenedCount = 0

    let part: Part
    private let profile: SRTPProfile
    private let secret: [UInt8]
    private var local: ICECredentials
    private var server: Endpoint?
    /// The user fragment the server answered with first; keys are named by it.
    public private(set) var session: String?
    private var check: ICEConnectivityCheck?
    private var random: SplitMix
    private var nextCheck: Instant?
    private var sealing: SealingKey?
    private var opening: OpeningKey?
    private var waiting: [[UInt8]] = []
    private var now = Instant(nanoseconds: 0)
    private let scratch: UnsafeMutableRawPointer

    /// A peer that has not called yet.
    ///
    /// The secret is shared with the server under test; the seed decides its credentials, its SSRCs
    /// and the sizes of its frames.
    public init(
        _ part: Part, _ video: VideoShape = .vp8, at address: Endpoint, secret: [UInt8],
        seed: UInt64, profile: SRTPProfile = .aeadAES128GCM
    ) {
        (self.part, self.address, self.secret, self.profile) = (part, address, secret, profile)
        random = SplitMix(seed: seed)
        local = ICECredentials(drawnFrom: &random)
        reception = Reception(video)
        publication = Publication(video, seed: random.next())
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
    /// begin at once. A second answer, after `renewCredentials`, ends an ICE restart.
    public mutating func accept(
        ufrag: String, password: String, server: Endpoint, at now: Instant
    ) {
        self.server = server
        session = session ?? ufrag
        let seed = withUnsafeBytes(of: random.next().bigEndian) { Array($0) }
        check = ICEConnectivityCheck(
            local: local, remote: ICECredentials(ufrag: ufrag, password: password),
            random: SeededRandom(seed: seed))
        nextCheck = now
    }

    /// Begins an ICE restart (RFC 8445 §9): new credentials to tell the server.
    public mutating func renewCredentials() -> ICECredentials {
        local = ICECredentials(drawnFrom: &random)
        return local
    }

    /// Sends one packet of padding on the media stream and one on the retransmission stream, as
    /// browsers do to find out how much the path carries.
    public mutating func probe() {
        publication.probe()
        while let packet = publication.nextPacket() { seal(packet) }
    }

    /// Takes in one datagram.
    public mutating func receive(_ bytes: RawSpan, from source: Endpoint, at now: Instant) {
        self.now = now
        switch PacketKind(bytes) {
        case .stun: receiveCheck(bytes)
        case .rtp:
            guard let plain = opened(opening?.openRTP(bytes, into: scratch)) else { return }
            reception.receiveRTP(plain.bytes, at: now)
        case .rtcp:
            guard let plain = opened(opening?.openRTCP(bytes, into: scratch)) else { return }
            receiveRTCP(plain.bytes)
        case .dtls, .other: unopenedCount += 1
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
        guard let server, let first = waiting.first,
            let transmit = arena.append(first, to: server)
        else { return nil }
        waiting.removeFirst()
        return transmit
    }

    /// It has nothing to tell.
    public mutating func nextEvent() -> Never? { nil }
}

// MARK: ICE and SRTP

extension ClientPeer {
    /// Looks for the server anew: from a new address, media flows only once that has been checked.
    mutating func move(to address: Endpoint) {
        self.address = address
        if nextCheck != nil { nextCheck = now }
    }

    private mutating func sendCheck() {
        guard let request = check?.request() else { return }
        lastCheck = request
        waiting.append(request)
        let isSettled = isConnected && check?.isValid == true
        nextCheck = now + (isSettled ? Self.consentInterval : Self.checkInterval)
    }

    private mutating func receiveCheck(_ bytes: RawSpan) {
        guard case .valid? = check?.receive(bytes) else {
            refusedCheckCount += 1
            return
        }
        nextCheck = now + Self.consentInterval
        guard !isConnected, let session else { return }
        let keys = SRTPKeyingMaterial(profile: profile, secret: secret, session: session)
        sealing = try? keys.sealingKey(of: .client)
        opening = try? keys.openingKey(of: .client)
        publication.begin(at: now)
        reception.begin(at: now)
    }

    private mutating func opened(_ result: Opened?) -> UnsafeRawBufferPointer? {
        guard case .opened(let count, _)? = result else {
            unopenedCount += 1
            return nil
        }
        return UnsafeRawBufferPointer(start: scratch, count: count)
    }

    private mutating func receiveRTCP(_ compound: RawSpan) {
        var packets = RTCPReader(compound)
        while let packet = packets.next() {
            switch packet {
            case .nack(let nack): publication.resend(nack)
            case .pictureLossIndication: publication.keyframeWanted()
            case .senderReport(let report): reception.receive(report)
            case .receiverReport, .sourceDescription, .goodbye, .fullIntraRequest, .maximumBitrate,
                .transportFeedback, .extendedReport, .other:
                continue
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
        let sealed = Array(bytes.prefix(count))
        lastPacket = sealed
        waiting.append(sealed)
    }

    private mutating func sealRTCP(_ packet: [UInt8]) {
        if let sealed = sealing?.sealRTCP(packet) { waiting.append(sealed) }
    }

    private static var checkInterval: Interval { .milliseconds(50) }
    private static var consentInterval: Interval { .seconds(5) }
}

extension ICECredentials {
    fileprivate init(drawnFrom random: inout SplitMix) {
        self.init(
            ufrag: "peer\(random.below(1_000_000))",
            password: "password\(1_000_000_000_000_000 + random.below(1_000_000_000))")
    }
}
