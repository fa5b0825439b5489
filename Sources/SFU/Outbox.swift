import Wire

/// Control datagrams waiting for the arena: STUN answers, handshake flights, RTCP. First in, first
/// out; bounded, and what comes when it is full is refused.
struct Outbox {
    private struct Entry {
        let destination: Endpoint
        let bytes: [UInt8]
    }

    private var entries: [Entry] = []
    private var position = 0

    var isEmpty: Bool { position == entries.count }
    /// Datagrams held: those that wait, and some that have left.
    var heldCount: Int { entries.count }

    /// Queues one datagram; `false` when the outbox is full.
    mutating func append(_ bytes: [UInt8], to destination: Endpoint) -> Bool {
        guard entries.count - position < Self.limit else { return false }
        entries.append(Entry(destination: destination, bytes: bytes))
        return true
    }

    /// Writes the next datagram; `nil` when none waits or the arena is full.
    mutating func nextTransmit(into arena: inout SendArena) -> Transmit? {
        guard position < entries.count,
            let transmit = arena.append(
                entries[position].bytes, to: entries[position].destination)
        else { return nil }
        position += 1
        if isEmpty {
            entries.removeAll(keepingCapacity: true)
            position = 0
        } else if position == Self.limit {  // it may be long until nothing waits
            entries.removeFirst(position)
            position = 0
        }
        return transmit
    }

    static let limit = 8192  // a turn's sender reports for every consumer of a full loop
}
