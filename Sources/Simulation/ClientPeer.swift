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

    /// Where it is; `World` moves it.
    public internal(set) var address: Endpoint
    /// What it has sent, if it publishes.
    public internal(set) var publication: Publication
    /// What it has received, if it watches.
    public internal(set) var reception: Reception

    /// The connectivity check it sent last: what an attacker with a session of its own could forge.
    public internal(set) var lastCheck: [UInt8]?
    /// The media packet it sent last: what an attacker on the path could send again.
    public private(set) var lastPacket: [UInt8]?
    /// Checks that the server refused, or that it could not take for the server's answers.
    public internal(set) var refusedCheckCount = 0
    /// Datagrams that were not what its keys protect.
    public private(set) var unopenedCount = 0

    let part: Part
    let profile: SRTPProfile
    let secret: [UInt8]
    var local: ICECredentials
    var server: Endpoint?
    /// The user fragment the server answered with first; keys are named by it.
    public internal(set) var session: String?
    var check: ICEConnectivityCheck?
    var random: SplitMix
    var nextCheck: Instant?
    var keys = ClientKeys()
    var waiting: [[UInt8]] = []
    var now = Instant(nanoseconds: 0)

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
    }

    /// Whether keys are agreed on.
    public var isConnected: Bool { keys.areKnown }

    /// The offer it makes, as text.
    public var offer: String {
        ClientOffer(part: part, ice: local, publication: publication).text
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
            guard let plain = keys.openRTP(bytes) else { return unopenedCount += 1 }
            reception.receiveRTP(plain.bytes, at: now)
        case .rtcp:
            guard let plain = keys.openRTCP(bytes) else { return unopenedCount += 1 }
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

// MARK: Media

extension ClientPeer {
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
        let sealed = keys.sealed(packet)
        lastPacket = sealed
        waiting.append(sealed)
    }

    private mutating func sealRTCP(_ packet: [UInt8]) {
        if let sealed = keys.sealedRTCP(packet) { waiting.append(sealed) }
    }
}
