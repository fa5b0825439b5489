import Ciphers
import Codecs
import RTP
import SDP
import Timing
import WebRTC
import Wire

@testable import SFU

/// A peer of a worker under test that does a real handshake.
struct HandshakePeer: ~Copyable {
    /// Where it is.
    let address: Endpoint
    var connection: ClientConnection
    /// Its checks, for who sends them from elsewhere.
    var check: ICEConnectivityCheck
    /// Packets of media that it could open.
    private(set) var packetCount = 0
    private let scratch: UnsafeMutableRawPointer  // one decrypted packet
    private var sender: RTPSender

    /// Which side the offer leaves the handshake's first word to (RFC 8842 §5).
    enum Setup: String, CaseIterable { case actpass, passive }

    /// Agrees on a session; who watches must have somebody to.
    init(
        _ kind: SessionKind, room: String = "r", peer: String, at address: Endpoint,
        _ setup: Setup = .actpass, with worker: inout Worker
    ) throws {
        let context = try DTLSContext(certificate: Certificate())
        let ice = ICECredentials(ufrag: "ufrag-" + peer, password: "clientclientclientclient")
        let local = LocalDescription(
            ice: ice, fingerprint: context.certificate.fingerprint.attribute, candidates: [],
            sessionID: 1)
        let track = OutgoingTrack(
            codec: Self.vp8, ssrc: 7, retransmissionSSRC: 8, streamID: "s", trackID: "t")
        let offer =
            switch kind {
            case .publication: Offer(sending: [track], local: local)
            case .subscription: Offer(receiving: [[Self.vp8]], local: local)
            }
        var description = offer.description
        for index in description.media[0].attributes.indices
        where description.media[0].attributes[index].name == "setup" {
            description.media[0].attributes[index] = SDPAttribute("setup", setup.rawValue)
        }
        let answer =
            switch kind {
            case .publication:
                try worker.publish(description, room: room, peer: peer, at: WorkerStage.start)
            case .subscription:
                try worker.subscribe(
                    description, room: room, peer: peer, to: nil, at: WorkerStage.start)
            }
        let accepted = try offer.accept(answer.description)
        let connection = try ClientConnection(
            accepted, local: ice, context: context, seed: [1], at: WorkerStage.start)
        self.address = address
        self.connection = connection
        check = ICEConnectivityCheck(
            local: ice, remote: accepted.negotiated.remoteICE, random: SeededRandom(seed: [2]))
        sender = RTPSender(
            RTPSender.Parameters(ssrc: 7, payloadType: 96, clockRate: 90_000), sequenceNumber: 1)
        scratch = .allocate(byteCount: 2048, alignment: 64)
    }

    deinit { scratch.deallocate() }

    var isConnected: Bool { connection.state == .connected }

    /// What it has to say now.
    mutating func flight(at now: Instant) -> [[UInt8]] {
        connection.advance(to: now)
        var flight: [[UInt8]] = []
        while let (bytes, _) = connection.nextDatagram() { flight.append(bytes) }
        return flight
    }

    /// A packet that is a whole key frame; `nil` before the keys are known.
    mutating func media(at now: Instant) -> [UInt8]? {
        let packet = sender.packet(
            [0x10, 0, 0, 0, 0x9D, 0x01, 0x2A, 0, 0, 0, 0], timestamp: 0, marker: true, at: now)
        return connection.sealRTP(
            packet.header, payload: packet.payload, ssrc: packet.ssrc, index: packet.index)
    }

    /// Takes in one datagram of the worker's.
    mutating func receive(_ bytes: RawSpan, at now: Instant) {
        guard PacketKind(bytes) == .rtp else {
            return connection.receiveControl(bytes, from: HandshakeStage.server, at: now)
        }
        guard case .opened? = connection.openRTP(bytes, into: scratch, at: now) else { return }
        packetCount += 1
    }

    private static let vp8 = NegotiatedCodec(codec: .vp8, payloadType: 96)
}
