import RTP
import RoomFixtures
import SFU
import Timing
import WebRTC
import Wire

/// A worker, a client that publishes to it and one that watches, with nothing but time and loss
/// between them.
struct ClientMeeting: ~Copyable {
    var worker: Worker
    var publisher: PublishingSession
    var watcher: WatchingSession
    var now = Instant(nanoseconds: 0)
    var wishes: [Int] = []
    private(set) var endings: [PeerConnection.CloseReason] = []
    private(set) var silences: [(at: Instant, isSilent: Bool)] = []
    private(set) var clockCount = 0
    private var received: [ReceivedRTP] = []
    /// Loses nothing before the handshakes are over: OpenSSL keeps its own time.
    let line = LossyLine(seed: 3)

    /// - Parameters:
    ///   - rejected: A track of the publisher's that the server does not take.
    ///   - patience: How long both clients put up with a silent server.
    init(rejecting rejected: Int? = nil, patience: Interval? = nil) throws {
        let start = Instant(nanoseconds: 0)
        let clients = try RoomClients(
            clock: ClockMap(instant: start, unixNanoseconds: 1_700_000_000))
        let codecs = [ClientSessionTests.opus, ClientSessionTests.h264]
        var worker = try clients.makeWorker()
        let publisher = try clients.publish(
            codecs, in: &worker, rejecting: rejected, patience: patience, at: start)
        let accepted = try clients.ask(for: codecs, of: &worker, at: start)
        let watcher = try clients.watch(accepted, patience: patience, at: start)
        self.worker = worker
        self.publisher = publisher
        self.watcher = watcher
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
        for datagram in line.take({ publisher.nextTransmit(into: &$0) }) {
            worker.receive(datagram.bytes.span.bytes, from: RoomClients.publisher, at: now)
        }
        for datagram in line.take({ watcher.nextTransmit(into: &$0) }) {
            worker.receive(datagram.bytes.span.bytes, from: RoomClients.watcher, at: now)
        }
        for datagram in line.take({ worker.nextTransmit(into: &$0) }) {
            if datagram.destination == RoomClients.publisher {
                publisher.receive(datagram.bytes.span.bytes, from: RoomClients.server, at: now)
            } else {
                watcher.receive(datagram.bytes.span.bytes, from: RoomClients.server, at: now)
            }
        }
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
