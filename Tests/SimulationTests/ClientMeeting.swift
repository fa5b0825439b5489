import Ciphers
import RTP
import SDP
import SFU
import Testing
import Timing
import WebRTC
import Wire

/// A worker, a client that publishes to it and one that watches, with nothing but time and loss
/// between them.
struct ClientMeeting: ~Copyable {
    static let server = Endpoint(ipv4: 0xC000_0201, port: 40_000)
    static let addresses = [
        Endpoint(ipv4: 0xC633_6401, port: 5000), Endpoint(ipv4: 0xC633_6402, port: 5000),
    ]

    var worker: Worker
    var publisher: PublishingSession
    var watcher: WatchingSession
    var now = Instant(nanoseconds: 0)
    var wishes: [Int] = []
    private(set) var endings: [PeerConnection.CloseReason] = []
    private(set) var silences: [(at: Instant, isSilent: Bool)] = []
    private(set) var clockCount = 0
    private var received: [ReceivedRTP] = []
    private var arena = SendArena()
    private var random = SeededRandom(seed: [3])
    var isCut = false  // nothing comes through
    var lossPercent: UInt64 = 0  // from when the handshakes are over: OpenSSL keeps its own time

    /// - Parameters:
    ///   - rejected: A track of the publisher's that the server does not take.
    ///   - patience: How long both clients put up with a silent server.
    init(rejecting rejected: Int? = nil, patience: Interval? = nil) throws {
        let clock = ClockMap(instant: Instant(nanoseconds: 0), unixNanoseconds: 1_700_000_000)
        let start = Instant(nanoseconds: 0)
        var worker = Worker(
            WorkerConfiguration(
                candidates: [Self.server],
                security: .dtls(try DTLSContext(certificate: Certificate())), clock: clock,
                seed: [1]))
        let context = try DTLSContext(certificate: Certificate())
        func local(_ name: String) -> LocalDescription {
            LocalDescription(
                ice: ICECredentials(ufrag: name, password: "clientclientclientclient"),
                fingerprint: context.certificate.fingerprint.attribute, candidates: [],
                sessionID: 1)
        }
        let tracks = [ClientSessionTests.opus, ClientSessionTests.h264].enumerated().map {
            OutgoingTrack(
                codec: $1, ssrc: UInt32($0 + 1), retransmissionSSRC: UInt32($0 + 11),
                streamID: "camera", trackID: "track\($0)")
        }
        let sending = Offer(sending: tracks, local: local("publ"))
        let first = try worker.publish(
            sending.description, room: "room", peer: "camera", at: start)
        var accepted = try sending.accept(first.description)
        accepted.negotiated.sections.removeAll { $0.track == rejected }
        let upward = try ClientConnection(
            accepted, local: local("publ").ice, context: context, seed: [2],
            patience: patience, at: start)
        let publisher = PublishingSession(
            upward, sections: accepted.negotiated.sections,
            senders: accepted.negotiated.sections.map { section in
                RTPSender(section.senderParameters(of: tracks), sequenceNumber: 60_000)
            }, clock: clock, cname: "camera")
        let receiving = Offer(
            receiving: [[ClientSessionTests.opus], [ClientSessionTests.h264]],
            local: local("view"))
        let second = try worker.subscribe(
            receiving.description, room: "room", peer: "viewer", to: nil, at: start)
        let taken = try receiving.accept(second.description)
        let downward = try ClientConnection(
            taken, local: local("view").ice, context: context, seed: [4], patience: patience,
            at: start)
        self.worker = worker
        self.publisher = publisher
        watcher = WatchingSession(
            downward, sections: taken.negotiated.sections, cname: "viewer", ssrc: 77)
    }

    /// Sends a packet of sound and one of a key frame.
    mutating func publish(_ number: Int) {
        publisher.send(
            [0x78, UInt8(number & 255)], track: 0, timestamp: UInt32(number * 960), marker: false,
            at: now)
        publisher.send(
            [0x65, 0x88, UInt8(number & 255)], track: 1, timestamp: UInt32(number * 3000),
            marker: true, at: now)
    }

    func packets(track: Int) -> [ReceivedRTP] { received.filter { $0.track == track } }

    /// Lets time pass in steps of a millisecond.
    mutating func run(for interval: Interval) throws {
        let end = now + interval
        while now < end {
            now = now + .milliseconds(1)
            publisher.advance(to: now)
            watcher.advance(to: now)
            worker.advance(to: now)
            exchange()
            takeEvents()
        }
    }

    private mutating func exchange() {
        for datagram in drain({ $0.publisher.nextTransmit(into: &$0.arena) }) {
            worker.receive(datagram.bytes.span.bytes, from: Self.addresses[0], at: now)
        }
        for datagram in drain({ $0.watcher.nextTransmit(into: &$0.arena) }) {
            worker.receive(datagram.bytes.span.bytes, from: Self.addresses[1], at: now)
        }
        for datagram in drain({ $0.worker.nextTransmit(into: &$0.arena) }) {
            if datagram.destination == Self.addresses[0] {
                publisher.receive(datagram.bytes.span.bytes, from: Self.server, at: now)
            } else {
                watcher.receive(datagram.bytes.span.bytes, from: Self.server, at: now)
            }
        }
    }

    private mutating func drain(
        _ next: (inout ClientMeeting) -> Transmit?
    ) -> [(bytes: [UInt8], destination: Endpoint)] {
        var datagrams: [(bytes: [UInt8], destination: Endpoint)] = []
        repeat {
            arena.removeAll()
            while let run = next(&self) {
                var offset = run.offset
                while offset < run.offset + run.byteCount {
                    let count = min(run.segmentLength, run.offset + run.byteCount - offset)
                    let bytes = Array(
                        UnsafeRawBufferPointer(start: arena.base + offset, count: count))
                    offset += count
                    if random.next() % 100 >= lossPercent, !isCut {
                        datagrams.append((bytes, run.destination))
                    }
                }
            }
        } while !arena.isEmpty
        return datagrams
    }

    private mutating func takeEvents() {
        while let event = publisher.nextEvent() {
            switch event {
            case .connected: break
            case .keyframeWanted(let track): wishes.append(track)
            case .silent(let isSilent): silences.append((now, isSilent))
            case .closed(let reason): endings.append(reason)
            }
        }
        while let event = watcher.nextEvent() {
            switch event {
            case .connected: break
            case .packet(let packet): received.append(packet)
            case .clock: clockCount += 1
            case .silent(let isSilent): silences.append((now, isSilent))
            case .closed(let reason): endings.append(reason)
            }
        }
        while worker.nextEvent() != nil {}
    }
}
