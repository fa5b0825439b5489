import Ciphers
import Codecs
import Pacer
import RTP
import RTSP
import Relaying
import SDP
import SFU
import Testing
import Timing
import WebRTC
import Wire

/// A virtual camera, the relay's engine and a worker, with nothing but time between them.
struct RelayWalk: ~Copyable {
    /// One media packet as it left the relay: what its clear header says, and when.
    struct Departure {
        let payloadType: UInt8
        let timestamp: UInt32
        let marker: Bool
        let at: Instant
    }

    static let server = Endpoint(ipv4: 0xC000_0201, port: 40_000)
    static let relay = Endpoint(ipv4: 0xC633_6401, port: 5000)

    private(set) var departures: [Departure] = []
    private(set) var reasons: [String] = []
    private(set) var now = Instant(nanoseconds: 1_000_000_000)
    var camera: VirtualCamera
    private(set) var engine: RelayEngine
    private(set) var worker: Worker
    private var connected: StreamTarget?
    private var arena = SendArena()
    private let context: DTLSContext
    private let clock = ClockMap(
        instant: Instant(nanoseconds: 0), unixNanoseconds: 1_700_000_000_000_000_000)

    init(burst: Interval, encoding: String = "H264") throws {
        let camera = try VirtualCamera(burst: burst, encoding: encoding)
        let url = try RTSPURL(parsing: "rtsp://camera/live")
        let context = try DTLSContext(certificate: Certificate())
        let engine = RelayEngine(
            RTSPClientConfiguration(url: url, seed: [2]), pacing: PacerConfiguration())
        let worker = Worker(
            WorkerConfiguration(
                candidates: [Self.server],
                security: .dtls(try DTLSContext(certificate: Certificate())), clock: clock,
                seed: [3]))
        self.camera = camera
        self.context = context
        self.engine = engine
        self.worker = worker
    }

    /// Lets time pass in steps of a quarter of a millisecond.
    mutating func run(for interval: Interval) throws {
        let end = now + interval
        while now < end {
            now = now + .microseconds(250)
            connect()
            let octets = camera.advance(to: now)
            if !octets.isEmpty { engine.receiveStream(octets.span.bytes, at: now) }
            engine.advance(to: now)
            while let octets = engine.nextStreamOutput() { camera.receive(octets, at: now) }
            worker.advance(to: now)
            exchange()
            while let event = engine.nextEvent() { try take(event) }
            while worker.nextEvent() != nil {}
        }
    }

    /// Another camera stands where the old one was; its connection is gone.
    mutating func replaceCamera(burst: Interval) throws {
        camera = try VirtualCamera(burst: burst)
        engine.streamClosed(nil, at: now)
    }

    private mutating func connect() {
        guard let wanted = engine.wantedConnection, wanted != connected else { return }
        connected = wanted
        engine.streamOpened(at: now)
    }

    private mutating func take(_ event: RelayEvent) throws {
        switch event {
        case .ready(let format): try publish(format)
        case .connected, .note: return
        case .unpublished(let reason): reasons.append("\(reason)")
        case .interrupted(let reason, _), .unsuitable(let reason): reasons.append(reason)
        case .resumed, .finished, .samplesWanted, .silent: return
        }
    }

    private mutating func publish(_ format: RelayFormat) throws {
        let ice = ICECredentials(ufrag: "rlay", password: "relayrelayrelayrelayrelay")
        let local = LocalDescription(
            ice: ice, fingerprint: context.certificate.fingerprint.attribute, candidates: [],
            sessionID: 1)
        let picture = NegotiatedCodec(
            codec: .h264, payloadType: 96, retransmissionPayloadType: 98,
            parameters: FormatParameters("packetization-mode=1;profile-level-id=640028"),
            feedback: .init(nack: true, pictureLoss: true))
        let sound = NegotiatedCodec(codec: .opus, payloadType: 111)
        let tracks = (format.hasSound ? [picture, sound] : [picture]).enumerated().map {
            OutgoingTrack(
                codec: $1, ssrc: UInt32($0 + 1), retransmissionSSRC: UInt32($0 + 11),
                streamID: "camera", trackID: "track\($0)")
        }
        let offer = Offer(sending: tracks, local: local)
        let answer = try worker.publish(offer.description, room: "room", peer: "camera", at: now)
        let accepted = try offer.accept(answer.description)
        let connection = try ClientConnection(
            accepted, local: ice, context: context, seed: [4], at: now)
        engine.publish(
            PublishingSession(
                connection, sections: accepted.negotiated.sections,
                senders: accepted.negotiated.sections.map { section in
                    RTPSender(section.senderParameters(of: tracks), sequenceNumber: 1)
                }, clock: clock, cname: "camera"))
    }

    private mutating func exchange() {
        repeat {
            arena.removeAll()
            while let run = engine.nextTransmit(into: &arena) {
                for bytes in datagrams(run) {
                    note(bytes)
                    worker.receive(bytes.span.bytes, from: Self.relay, at: now)
                }
            }
        } while !arena.isEmpty
        repeat {
            arena.removeAll()
            while let run = worker.nextTransmit(into: &arena) {
                for bytes in datagrams(run) {
                    engine.receive(bytes.span.bytes, from: Self.server, at: now)
                }
            }
        } while !arena.isEmpty
    }

    private func datagrams(_ run: Transmit) -> [[UInt8]] {
        stride(from: run.offset, to: run.offset + run.byteCount, by: run.segmentLength).map {
            start in
            let count = min(run.segmentLength, run.offset + run.byteCount - start)
            return Array(UnsafeRawBufferPointer(start: arena.base + start, count: count))
        }
    }

    private mutating func note(_ bytes: [UInt8]) {
        guard PacketKind(bytes.span.bytes) == .rtp,
            let layout = try? RTPLayout(parsing: bytes.span.bytes)
        else { return }
        departures.append(
            Departure(
                payloadType: layout.header.payloadType, timestamp: layout.header.timestamp,
                marker: layout.header.marker, at: now))
    }
}
