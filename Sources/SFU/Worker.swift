import Ciphers
import Codecs
import RTP
public import Timing
import WebRTC
public import Wire

/// The SFU of one loop: rooms, sessions and the packets between them, without any I/O.
///
/// A datagram's way in is `receive`: demultiplexed (RFC 7983), opened, parsed, handed to its room's
/// `Router`. Its ways out are `nextTransmit`, run by run. Control calls (`publish`, `subscribe`,
/// `join`, …) come between turns, from the thread that drives the worker.
public struct Worker: ~Copyable, Engine {
    var configuration: WorkerConfiguration
    var directory = Directory()
    var rooms = Slab<Room>()
    var transports = Slab<Transport>()
    var slab: PacketSlab
    var random: SeededRandom
    var outbox = Outbox()
    var drops = DropCounters()
    var events = EventQueue()
    var schedule = Schedule()
    var pipes = Pipes()
    var active = ActiveRooms()
    var totals = WorkerTotals()
    var sealed: SealedRuns
    let scratch: UnsafeMutableRawPointer  // one decrypted RTCP packet

    /// A worker without rooms.
    public init(_ configuration: WorkerConfiguration) {
        self.configuration = configuration
        slab = PacketSlab(capacity: configuration.packetSlots)
        random = SeededRandom(seed: configuration.seed)
        sealed = SealedRuns(configuration.sealing)
        scratch = .allocate(byteCount: PacketSlab.slotByteCount, alignment: 64)
    }

    deinit { scratch.deallocate() }

    /// Sets the addresses that candidates of sessions to come announce, most preferred first.
    public mutating func announce(_ candidates: [Endpoint]) {
        configuration.candidates = candidates
    }

    /// Takes in one datagram, of any protocol of the port, from anyone.
    public mutating func receive(_ bytes: RawSpan, from source: Endpoint, at now: Instant) {
        schedule.now = now
        let reason: DropReason? =
            switch PacketKind(bytes) {
            case .rtp: receiveRTP(bytes, from: source, at: now)
            case .rtcp: receiveRTCP(bytes, from: source, at: now)
            case .stun: receiveSTUN(bytes, from: source, at: now)
            case .dtls: receiveDTLS(bytes, from: source)
            case .other: .notRecognized
            }
        if let reason { drops.count(reason) }
    }

    /// One handshake step, every due retransmission timer, report, request and timeout.
    public mutating func advance(to now: Instant) {
        schedule.now = now
        stepHandshake(at: now)
        tickDue(at: now)  // this turn's datagrams may have made something due at once
        grantReplays(at: now)
        leaveForsakenBranches(at: now)
        keepSlotsFree()
        mendPipes(at: now)
        tickDue(at: now)
        passTurn()
        pipes.isRefused = false  // a pipe that still is full will say so
    }

    private static var pipeRetry: Interval { .milliseconds(5) }

    /// The earliest of all sessions' deadlines.
    public var nextDeadline: Instant? {
        var earliest = Earliest(schedule.next)
        earliest.take(pipes.nextMend)
        if pipes.isRefused { earliest.take(schedule.now + Self.pipeRetry) }
        return earliest.instant
    }

    /// The next run, sealed. In batches a whole chunk is written first, then sealed as one.
    public mutating func nextTransmit(into arena: inout SendArena) -> Transmit? {
        sealed.batch == nil ? nextRun(into: &arena) : nextSealed(into: &arena)
    }

    @inline(never)
    private mutating func nextSealed(into arena: inout SendArena) -> Transmit? {
        guard sealed.isEmpty else { return sealed.next() }
        guard let first = nextRun(into: &arena) else { return nil }
        if sealed.isSealed { return first }
        sealed.append(first)
        while sealed.hasRoom, let run = nextRun(into: &arena) { sealed.append(run) }
        drops.count(.notSealed, times: sealed.seal())
        return sealed.next()
    }

    /// Control datagrams first, then the active rooms' packets, each room's in its turn.
    @inline(__always)  // once for each packet that leaves alone
    private mutating func nextRun(into arena: inout SendArena) -> Transmit? {
        if !outbox.isEmpty {
            if let transmit = outbox.nextTransmit(into: &arena) { return transmit }
            guard outbox.isEmpty else { return nil }
        }
        while let handle = active.current {
            if rooms.contains(handle),
                let transmit = rooms[handle].router.nextTransmit(
                    into: &arena, over: &transports, slab: &slab)
            {
                return transmit
            }
            guard leave(handle) else { return nil }
        }
        return outbox.nextTransmit(into: &arena)
    }

    /// Leaves the room whose turn it is; `false` when it only waits for the arena to be emptied.
    @inline(never)
    private mutating func leave(_ room: RoomHandle) -> Bool {
        if rooms.contains(room) {
            guard !rooms[room].router.hasPendingOutput else {
                passTurn()
                return false
            }
            rooms[room].isActive = false
            rooms[room].endTurn()
            reportStarts(in: room)
        }
        active.removeCurrent()
        return true
    }

    /// The turn of the room that has been sending is over, if it has sent anything in it.
    @inline(never)
    private mutating func passTurn() {
        guard let room = active.current, rooms.contains(room), rooms[room].hasSentInItsTurn
        else { return }
        rooms[room].endTurn()
        reportStarts(in: room)  // it may be long until it has nothing left
        active.passOn()
    }

    /// The next thing that happened.
    public mutating func nextEvent() -> WorkerEvent? { events.popFirst() }
}

extension Worker {
    /// Puts a room on the list of those with packets to send.
    mutating func activate(_ room: RoomHandle) {
        guard !rooms[room].isActive else { return }
        rooms[room].isActive = true
        active.append(room)
    }
}
