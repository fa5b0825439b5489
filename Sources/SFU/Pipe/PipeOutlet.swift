import Wire

/// A packet that shall go through a pipe, by where it lies.
struct PipedPacket {
    let room: RoomHandle
    let producer: ProducerHandle
    let sequence: Int64
    let ssrc: UInt32  // of the stream it is in: the next one counts anew
}

/// What one other loop is still to be told, in order: packets by reference, and whole messages.
struct PipeOutlet {
    enum Entry {
        case packet(PipedPacket)
        case message([UInt8])
    }

    private var entries: [Entry] = []
    private var position = 0

    var isEmpty: Bool { position == entries.count }
    var count: Int { entries.count - position }

    /// Queues an entry; `false` when as many wait as may.
    mutating func append(_ entry: Entry) -> Bool {
        guard count < Self.limit else { return false }
        entries.append(entry)
        return true
    }

    mutating func popFirst() -> Entry? {
        guard position < entries.count else { return nil }
        defer {
            position += 1
            if isEmpty {
                entries.removeAll(keepingCapacity: true)
                position = 0
            }
        }
        return entries[position]
    }

    /// Puts the messages that wait back in order, and gives out the packets among them.
    mutating func dropPackets(_ body: (PipedPacket) -> Void) {
        entries.removeFirst(position)
        position = 0
        entries.removeAll { entry in
            guard case .packet(let packet) = entry else { return false }
            body(packet)
            return true
        }
    }

    /// A turn's packets and what came before each of a few tracks; beyond, the pipe counts as full.
    static let limit = 8192
    /// What came before is carried only while it leaves this many entries free.
    static let backlogReserve = 2048
}

/// A worker's ends of the pipes to other loops, and what the numbers in their frames stand for.
struct Pipes {
    /// A number, and whose it is.
    struct Key: Hashable {
        let loop: Int
        let number: UInt32
    }

    /// Where a producer lives.
    struct Place {
        let room: RoomHandle
        let producer: ProducerHandle
    }

    private var outlets: [PipeOutlet] = []  // by loop
    private var lastNumber: UInt32 = 0
    var opened: [UInt32: RoomHandle] = [:]  // branches of our rooms, by our numbers
    var produced: [UInt32: Place] = [:]  // producers of our sessions, by our numbers
    var branches: [Key: RoomHandle] = [:]  // rooms here that are branches of others'
    var tracks: [Key: Place] = [:]  // producers here that a pipe feeds
    var isRefused = false  // a full pipe has left messages behind

    /// A number that none of ours has had.
    mutating func nextNumber() -> UInt32 {
        lastNumber &+= 1
        return lastNumber
    }

    /// Entries that one loop may still be left.
    func room(to loop: Int) -> Int {
        outlets.indices.contains(loop) ? PipeOutlet.limit - outlets[loop].count : PipeOutlet.limit
    }

    func hasEntries(for loop: Int) -> Bool {
        outlets.indices.contains(loop) && !outlets[loop].isEmpty
    }

    mutating func append(_ entry: PipeOutlet.Entry, to loop: Int) -> Bool {
        while outlets.count <= loop { outlets.append(PipeOutlet()) }
        return outlets[loop].append(entry)
    }

    mutating func popFirst(to loop: Int) -> PipeOutlet.Entry? {
        outlets.indices.contains(loop) ? outlets[loop].popFirst() : nil
    }

    mutating func dropPackets(to loop: Int, _ body: (PipedPacket) -> Void) {
        guard outlets.indices.contains(loop) else { return }
        outlets[loop].dropPackets(body)
        if !outlets[loop].isEmpty { isRefused = true }
    }
}
