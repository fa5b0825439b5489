import Timing
import Wire

/// Datagrams under way, soonest first; of two that arrive together, the one sent first.
struct Flight {
    struct Datagram {
        let bytes: [UInt8]
        let source: Endpoint
        let destination: Endpoint
    }

    private var queue = DeadlineQueue()
    private var datagrams: [Datagram?] = []

    var next: Instant? { queue.next }

    mutating func add(
        _ bytes: [UInt8], from source: Endpoint, to destination: Endpoint, at arrival: Instant
    ) {
        let datagram = Datagram(bytes: bytes, source: source, destination: destination)
        // Numbers rise while anything is under way, so that ties keep the order of sending.
        if queue.count == 0 { datagrams.removeAll(keepingCapacity: true) }
        datagrams.append(datagram)
        queue.set(datagrams.count - 1, to: arrival)
    }

    mutating func take(at now: Instant) -> [Datagram] {
        var due: [Datagram] = []
        while let key = queue.popDue(at: now) {
            if let datagram = datagrams[key] { due.append(datagram) }
            datagrams[key] = nil
        }
        return due
    }
}
