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
