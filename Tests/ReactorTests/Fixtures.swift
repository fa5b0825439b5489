import Reactor
import Timing
import Wire

/// Sends every datagram back where it came from, those of one burst as one run when they are equal
/// in length; tells its owner of each.
struct Echo: Engine, ~Copyable {
    private var waiting: [(bytes: [UInt8], source: Endpoint)] = []
    private var events: [Int] = []
    private(set) var nextDeadline: Instant?
    private(set) var advances = 0

    mutating func receive(_ bytes: RawSpan, from source: Endpoint, at now: Instant) {
        waiting.append((bytes.withUnsafeBytes { Array($0) }, source))
        events.append(bytes.byteCount)
    }

    mutating func wake(at deadline: Instant) { nextDeadline = deadline }

    mutating func advance(to now: Instant) {
        advances += 1
        guard let due = nextDeadline, due <= now else { return }
        nextDeadline = nil
        events.append(-1)
    }

    mutating func nextTransmit(into arena: inout SendArena) -> Transmit? {
        guard let first = waiting.first else { return nil }
        guard let run = arena.append(first.bytes, to: first.source) else { return nil }
        waiting.removeFirst()
        return run
    }

    mutating func nextEvent() -> Int? { events.isEmpty ? nil : events.removeFirst() }
}

/// Answers the first datagram with `count` numbered ones, all written before the first is handed out,
/// as an engine does that seals them together.
struct WriteAhead: Engine, ~Copyable {
    static let count = 600
    private var destination: Endpoint?
    private var runs: [Transmit] = []

    mutating func receive(_ bytes: RawSpan, from source: Endpoint, at now: Instant) {
        destination = source
    }

    mutating func advance(to now: Instant) {}

    var nextDeadline: Instant? { nil }

    mutating func nextTransmit(into arena: inout SendArena) -> Transmit? {
        if let destination {
            for number in (0..<Self.count).reversed() {
                let octets = withUnsafeBytes(of: UInt32(number).bigEndian) { Array($0) }
                if let run = arena.append(octets, to: destination) { runs.append(run) }
            }
        }
        destination = nil
        return runs.popLast()
    }

    mutating func nextEvent() -> Never? { nil }
}

let loopback = Endpoint(ipv4: 0x7F00_0001, port: 0)

extension UDPSocket {
    /// Waits for `count` datagrams; on loopback none is lost below the receive buffer's size.
    mutating func receive(_ count: Int) throws -> [[UInt8]] {
        var received: [[UInt8]] = []
        while received.count < count {
            guard try waitUntilReadable(atMost: .seconds(10)) else { break }
            _ = try receiveBatch { bytes, _ in
                received.append(bytes.withUnsafeBytes { Array($0) })
            }
        }
        return received
    }

    mutating func send(_ bytes: [UInt8], segmentLength: Int, to destination: Endpoint) {
        var arena = SendArena()
        guard var run = arena.append(bytes, to: destination) else { return }
        run.segmentLength = segmentLength
        enqueue(run, from: arena)
        flush()
    }
}
