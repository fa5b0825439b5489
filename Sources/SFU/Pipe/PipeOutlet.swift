import Timing
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
    private var isClosed = false
    private var mend = Instant(nanoseconds: 0)  // of what is torn, if no more is lost by then
    private var tears: [Tear] = []

    /// A producer whose packets were lost.
    private struct Tear {
        let place: Pipes.Place
        let limit: Instant  // of its wait: who is always a little late must have a picture too
    }

    /// Producers whose packets were lost, and which have not been asked for a key frame since.
    var torn: [Pipes.Place] { tears.map(\.place) }

    var isEmpty: Bool { position == entries.count }
    var count: Int { entries.count - position }

    var takesMessages: Bool { !isClosed && count < Self.messageLimit }
    var nextMend: Instant? { tears.map { min($0.limit, mend) }.min() }

    /// Queues an entry; `false` when as many wait as may. Messages may where packets no longer do: what
    /// they tell is told once.
    mutating func append(_ entry: Entry) -> Bool {
        let isTaken =
            switch entry {
            case .packet: !isClosed && count < Self.limit
            case .message: takesMessages
            }
        if isTaken { entries.append(entry) }
        return isTaken
    }

    /// Nobody reads any more.
    mutating func close() {
        self = PipeOutlet()
        isClosed = true
    }

    /// Notes that packets of a producer were lost.
    mutating func tear(_ place: Pipes.Place, at now: Instant) {
        mend = now + Self.calm
        if !isTorn(place) { tears.append(Tear(place: place, limit: now + Self.patience)) }
    }

    func isTorn(_ place: Pipes.Place) -> Bool { tears.contains { $0.place == place } }

    /// A producer to ask for a key frame: the pipe is in time again, or has been late for too long to
    /// be waited for.
    mutating func nextTorn(at now: Instant) -> Pipes.Place? {
        guard let index = tears.lastIndex(where: { min($0.limit, mend) <= now }) else { return nil }
        return tears.remove(at: index).place
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

    /// Keeps the messages that wait, and drops the packets among them.
    ///
    /// - Returns: How many.
    mutating func dropPackets(at now: Instant) -> Int {
        entries.removeFirst(position)
        position = 0
        mend = now + Self.calm
        var messages: [Entry] = []
        for entry in entries {
            switch entry {
            case .packet(let packet):
                tear(Pipes.Place(room: packet.room, producer: packet.producer), at: now)
            case .message: messages.append(entry)
            }
        }
        defer { entries = messages }
        return entries.count - messages.count
    }

    /// A turn's packets and what came before each of a few tracks; beyond, the pipe counts as full.
    static let limit = 8192
    /// Beyond, a loop has not read for minutes.
    static let messageLimit = 65_536
    /// How long a pipe must have lost nothing to be in time again.
    static let calm = Interval.milliseconds(200)
    /// How long at most a producer is not asked for a key frame, though more is lost.
    static let patience = Interval.seconds(1)
    /// What came before is carried only while it leaves this many entries free.
    static let backlogReserve = 2048
}
