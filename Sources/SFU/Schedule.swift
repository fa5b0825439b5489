import Timing

/// When the worker must act: its transports' deadlines, and whose have to be computed anew.
struct Schedule {
    var deadlines = DeadlineQueue()  // by transport index
    var touched: [TransportHandle] = []
    var handshakes = HandshakeQueue()
    var nextReplay: Instant?  // while a consumer is behind what is live
    var replaying: [RoomHandle] = []  // where it is
    var nextForsaken: Instant?  // when a branch that nobody has come to yet is given up
    var now = Instant(nanoseconds: 0)

    /// The earliest deadline. A waiting handshake step is due at once, but after the socket has
    /// been read again.
    var next: Instant? {
        let soon = handshakes.isEmpty ? nil : now + .microseconds(1)
        var earliest = Earliest(deadlines.next)
        earliest.take(nextReplay)
        earliest.take(nextForsaken)
        earliest.take(soon)
        return earliest.instant
    }
}

/// DTLS datagrams waiting for their turn: a step costs about a millisecond, media does not wait
/// for more than one.
struct HandshakeQueue {
    private var entries: [(transport: TransportHandle, bytes: [UInt8])] = []

    var isEmpty: Bool { entries.isEmpty }

    /// Queues a copy of `bytes`; `false` when the queue is full.
    mutating func append(_ bytes: RawSpan, for transport: TransportHandle) -> Bool {
        guard entries.count < Self.limit else { return false }
        entries.append((transport, bytes.withUnsafeBytes { Array($0) }))
        return true
    }

    mutating func popFirst() -> (transport: TransportHandle, bytes: [UInt8])? {
        entries.isEmpty ? nil : entries.removeFirst()
    }

    private static let limit = 1024  // a second of work; beyond, the peers' retransmission helps
}
