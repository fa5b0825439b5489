import Ciphers
import Timing
import Wire

@testable import SFU

/// A worker and two of its peers, whose datagrams go to and fro in whole flights.
struct HandshakeStage: ~Copyable {
    static let server = Endpoint(ipv4: 0xC000_0201, port: 40_000)
    static let places = [
        Endpoint(ipv4: 0xCB00_7101, port: 7000), Endpoint(ipv4: 0xCB00_7102, port: 7000),
    ]

    var worker: Worker
    var first: HandshakePeer
    var second: HandshakePeer
    var now = WorkerStage.start
    private var arena = SendArena()

    static func worker() throws -> Worker {
        Worker(
            WorkerConfiguration(
                candidates: [server],
                security: .dtls(try DTLSContext(certificate: Certificate())),
                clock: ClockMap(instant: Instant(nanoseconds: 0), unixNanoseconds: 0), seed: [5]))
    }

    init(
        _ worker: consuming Worker, _ first: consuming HandshakePeer,
        _ second: consuming HandshakePeer
    ) {
        self.worker = worker
        self.first = first
        self.second = second
    }

    /// Which of the peers are connected.
    var connected: [Bool] { [first.isConnected, second.isConnected] }

    /// A round trip: what the first peer has to say goes to the worker, and its answers back.
    mutating func roundTripOfFirst() {
        for bytes in first.flight(at: now) {
            worker.receive(bytes.span.bytes, from: first.address, at: now)
        }
        answer()
    }

    /// The same for the second.
    mutating func roundTripOfSecond() {
        for bytes in second.flight(at: now) {
            worker.receive(bytes.span.bytes, from: second.address, at: now)
        }
        answer()
    }

    /// The worker has as many turns as it needs, and says what it has to say to whoever is there.
    private mutating func answer() {
        repeat {
            now = now + .microseconds(10)
            worker.advance(to: now)
            worker.checkInvariants()
            deliver()
        } while !worker.schedule.handshakes.isEmpty
        now = now + .milliseconds(1)
    }

    private mutating func deliver() {
        arena.removeAll()
        while let run = worker.nextTransmit(into: &arena) {
            let bytes = UnsafeRawBufferPointer(start: arena.base + run.offset, count: run.byteCount)
            if run.destination == first.address { first.receive(bytes.bytes, at: now) }
            if run.destination == second.address { second.receive(bytes.bytes, at: now) }
        }
    }
}
