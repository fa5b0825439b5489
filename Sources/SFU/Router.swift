import RTP
import Timing
import WebRTC
import Wire

/// A room's data path: every packet of every producer, to every consumer of it.
///
/// Fan-out is transposed: a burst is gathered first, then written consumer by consumer, so that
/// the packets to one destination lie back to back and leave as one segmented send. A packet is
/// written once, rewritten and encrypted from its slot straight into the arena.
struct Router: ~Copyable {
    var producers = Slab<Producer>()
    var consumers = Slab<Consumer>()
    var drops = DropCounters()
    private(set) var forwardedPackets: UInt64 = 0
    private(set) var forwardedBytes: UInt64 = 0
    private(set) var retransmittedPackets: UInt64 = 0
    private var dirty: [ProducerHandle] = []
    private var resending: [ConsumerHandle] = []
    var replays = ReplayQueue()
    var started: [ConsumerHandle] = []  // sent their first packet of a source
    private var cursor = Cursor()
    private var burst: [PacketRecord] = []  // of the producer at the cursor
    private var audience: [ConsumerHandle] = []  // its consumers
    private(set) var now = Instant(nanoseconds: 0)  // when the newest packet came
    private var interlude = 0  // runs of other kinds that may leave before the next fan-out

    /// How far the fan-out of this turn has come: producer, its consumer, the burst's packet.
    private struct Cursor {
        var producer = 0
        var consumer = 0
        var packet = 0
    }

    var hasPendingOutput: Bool { !dirty.isEmpty || !resending.isEmpty || replays.hasSlice }

    /// Puts a packet of `handle` into its stream; on a reason, the caller keeps the slot.
    mutating func receive(
        _ record: PacketRecord, for handle: ProducerHandle, isRetransmission: Bool,
        at now: Instant
    ) -> DropReason? {
        if producers[handle].hear(at: now) { producers[handle].keyframes.streamResumed(at: now) }
        let reason = producers[handle].stream?.insert(
            record, isRetransmission: isRetransmission, at: now)
        if let reason { return reason }
        self.now = now
        producers[handle].packetCount &+= 1
        producers[handle].byteCount &+= UInt64(record.payloadByteCount)
        // One from before the request meets no wish: what follows it has gone by those who wait.
        if record.isKeyframe, record.sequence > producers[handle].requestedAfter {
            producers[handle].keyframes.keyframeArrived(at: now)
        }
        if !producers[handle].isDirty {
            producers[handle].isDirty = true
            producers[handle].waiting = PacketRecord.ticks(at: now)
            dirty.append(handle)
        }
        return nil
    }

    /// Queues what a consumer's NACK asks for, as far as the ring still holds it and the queue takes it.
    ///
    /// Up to `allowance` numbers are looked for, and that many fewer may be from then on: a datagram of
    /// a thousand octets can name six thousand.
    mutating func resend(
        _ nack: GenericNack, to handle: ConsumerHandle, allowance: inout Int, at now: Instant
    ) {
        var (asked, refused, isFull) = (0, 0, false)
        for entry in nack.entries {
            entry.forEachLost { sequence in
                asked += 1
                if isFull || allowance == 0 {
                    refused += 1
                } else {
                    allowance -= 1
                    isFull = !resend(sequence, to: handle, at: now)
                    if isFull { refused += 1 }
                }
            }
        }
        consumers[handle].report.nackCount &+= UInt64(asked)
        if consumers[handle].replayNext != .max { consumers[handle].replayTerms.lost += asked }
        drops.count(.retransmissionQueueFull, times: refused)
    }

    /// Queues one packet to be sent again, if it is there; `false` when no more may wait.
    private mutating func resend(
        _ sequence: UInt16, to handle: ConsumerHandle, at now: Instant
    ) -> Bool {
        guard let source = consumers[handle].rewriter.source(of: sequence),
            producers.contains(consumers[handle].producer),
            let record = producers[consumers[handle].producer].stream?.record(at: source),
            consumers[handle].rewriter.reaches(source)
                || consumers[handle].rewriter.leads(source, timestamp: record.timestamp)
        else {
            drops.count(.notCached)
            return true
        }
        guard !consumers[handle].pending.contains(source) else { return true }
        guard consumers[handle].pending.count < Consumer.pendingLimit,
            consumers[handle].mayResend(at: now)
        else { return false }
        consumers[handle].pending.append(source)
        listPending(handle)
        return true
    }
}

// MARK: Fan-out

extension Router {
    /// Writes the next run for one destination; `nil` when all is written or the arena is full.
    mutating func nextTransmit(
        into arena: inout SendArena, over transports: inout Slab<Transport>,
        slab: inout PacketSlab
    ) -> Transmit? {
        while cursor.producer < dirty.count {
            let producer = dirty[cursor.producer]
            guard producers.contains(producer) else {
                cursor = Cursor(producer: cursor.producer + 1)
                continue
            }
            if cursor.consumer == 0, cursor.packet == 0 {
                if interlude > 0, let run = nextRepeat(into: &arena, over: &transports, slab: slab)
                {
                    interlude -= 1
                    return run
                }
                let waited = PacketRecord.ticks(at: now) &- producers[producer].waiting
                if waited > PacketRecord.patience { cutLate(producer) }
                burst = producers[producer].stream?.burst ?? []
                audience = producers[producer].consumers
            }
            while cursor.consumer < audience.count {
                let consumer = audience[cursor.consumer]
                switch writeRun(consumer, &arena, &transports, slab) {
                case .written(let transmit): return transmit
                case .arenaFull: return nil
                case .finished:
                    cursor.consumer += 1
                    cursor.packet = 0
                }
            }
            endFanOut(of: producer, slab: &slab)
        }
        dirty.removeAll(keepingCapacity: true)
        cursor = Cursor()
        return nextRepeat(into: &arena, over: &transports, slab: slab)
    }

    /// Writes the next run of what has come before: first what was asked for again.
    private mutating func nextRepeat(
        into arena: inout SendArena, over transports: inout Slab<Transport>,
        slab: borrowing PacketSlab
    ) -> Transmit? {
        if let run = nextRetransmission(into: &arena, over: &transports, slab: slab) { return run }
        return resending.isEmpty ? nextReplay(into: &arena, over: &transports, slab: slab) : nil
    }

    /// Leaves the producer at the cursor. What came while the fan-out waited for room to send
    /// follows in a fan-out of its own.
    private mutating func endFanOut(of producer: ProducerHandle, slab: inout PacketSlab) {
        let count = burst.count
        burst = []  // or the stream would have to copy its own to empty it
        audience = []
        cursor = Cursor(producer: cursor.producer + 1)
        let goesOn = producers[producer].stream?.burstSent(count, &slab) ?? false
        producers[producer].isDirty = goesOn
        guard goesOn else { return }
        dirty.removeFirst(cursor.producer)  // it may go on for long
        cursor = Cursor()
        dirty.append(producer)
        producers[producer].waiting = producers[producer].stream?.burst.first?.arrival ?? 0
        interlude = Self.interludeLimit
    }

    /// Runs between two fan-outs while there is always one to come: some, of a few hundred.
    private static var interludeLimit: Int { 64 }

    /// What has waited too long for room to send is not sent: viewers go on with a key frame, and
    /// what is left of the burst.
    @inline(never)
    private mutating func cutLate(_ producer: ProducerHandle) {
        guard let cut = producers[producer].stream?.cutLate(at: now) else { return }
        producers[producer].waiting = PacketRecord.ticks(at: now)  // what is left is young
        drops.count(.fanOutLate, times: cut.count)
        guard producers[producer].kind == .video else { return }
        for consumer in producers[producer].consumers
        where consumers[consumer].flow == .flowing && consumers[consumer].replayNext == .max {
            consumers[consumer].follow(producer)
        }
        if !cut.leavesKeyframe { producers[producer].keyframes.keyframeMissed(at: now) }
    }

    /// Gives up what is still to be sent of a producer's stream: the stream ends, and its slots go to
    /// others. What of it had not been sent is counted.
    mutating func abandonFanOut(of producer: ProducerHandle) {
        let isUnderWay =
            cursor.producer < dirty.count && dirty[cursor.producer] == producer
            && (cursor.consumer > 0 || cursor.packet > 0)
        for _ in producers[producer].stream?.burst ?? [] { drops.count(.streamEnded) }
        guard isUnderWay else { return }
        burst = []
        cursor = Cursor(producer: cursor.producer + 1)
        producers[producer].isDirty = false
    }

    /// The consumer at `position` of its producer's list is taken out of it: the fan-out, where one
    /// waits for room to send, goes on with the one it had come to.
    mutating func consumerLeaves(_ producer: ProducerHandle, at position: Int) {
        guard cursor.producer < dirty.count, dirty[cursor.producer] == producer else { return }
        audience = producers[producer].consumers
        if position < cursor.consumer {
            cursor.consumer -= 1
        } else if position == cursor.consumer {
            cursor.packet = 0
        }
    }

    /// One of the consumers that began with a source: their clocks are known now.
    mutating func nextStarted() -> ConsumerHandle? { started.popLast() }

    private enum Run {
        case written(Transmit)
        case arenaFull
        case finished
    }

    /// Writes one run for one consumer from the cursor on.
    @inline(__always)  // once for each packet that leaves alone
    private mutating func writeRun(
        _ consumer: ConsumerHandle, _ arena: inout SendArena,
        _ transports: inout Slab<Transport>, _ slab: borrowing PacketSlab
    ) -> Run {
        guard let path = path(of: consumer, over: transports) else {
            return .finished
        }
        var run = SegmentedRun()
        let (end, isStart) = consumers[consumer].writeLive(
            burst, from: &cursor.packet, slab: slab, by: path.sealer, into: &arena, run: &run,
            drops: &drops, at: now)
        guard !run.isEmpty else { return end == .arenaFull ? .arenaFull : .finished }
        if isStart { noteStart(of: consumer) }
        countForwarded(run)
        if end == .burstWritten {  // most consumers end here: spare them a look in vain
            cursor.consumer &+= 1
            cursor.packet = 0
        }
        return .written(run.transmit(to: path.destination, in: arena))
    }

    /// A consumer has begun with a source: of its first picture it is sent what came too early.
    @inline(never)
    private mutating func noteStart(of consumer: ConsumerHandle) {
        started.append(consumer)
        consumers[consumer].isBeginning = false
        let (early, producer) = (consumers[consumer].pending, consumers[consumer].producer)
        guard !early.isEmpty else { return }
        let rewriter = consumers[consumer].rewriter
        consumers[consumer].pending = early.filter { sequence in
            producers[producer].stream?.record(at: sequence).map {
                rewriter.leads(sequence, timestamp: $0.timestamp)
            } ?? false
        }
        listPending(consumer)
    }

    /// Puts a consumer on the list of those with retransmissions, if it has any.
    private mutating func listPending(_ consumer: ConsumerHandle) {
        guard !consumers[consumer].pending.isEmpty, !consumers[consumer].isPending else { return }
        consumers[consumer].isPending = true
        resending.append(consumer)
    }

    mutating func countForwarded(_ run: SegmentedRun) {
        forwardedPackets &+= UInt64(truncatingIfNeeded: run.count)
        forwardedBytes &+= UInt64(truncatingIfNeeded: run.byteCount)
    }

    mutating func path(
        of consumer: ConsumerHandle, over transports: borrowing Slab<Transport>
    ) -> MediaPath? {
        let transport = consumers[consumer].transport
        guard transports.contains(transport),
            let path = transports[transport].connection.mediaPath
        else {
            drops.count(.consumerNotConnected)
            return nil
        }
        return path
    }

    /// Writes the next packet asked for again; one at a time, they go to many destinations.
    private mutating func nextRetransmission(
        into arena: inout SendArena, over transports: inout Slab<Transport>,
        slab: borrowing PacketSlab
    ) -> Transmit? {
        while let handle = resending.last {
            guard consumers.contains(handle), !consumers[handle].pending.isEmpty,
                let path = path(of: handle, over: transports)
            else {
                if consumers.contains(handle) { consumers[handle].stopResending() }
                resending.removeLast()
                continue
            }
            let source = consumers[handle].pending[0]
            guard producers.contains(consumers[handle].producer),
                let record = producers[consumers[handle].producer].stream?.record(at: source)
            else {
                drops.count(.notCached)
                consumers[handle].pending.removeFirst()
                continue
            }
            let byteCount = consumers[handle].retransmissionByteCount(
                record, overhead: path.sealer.overhead)
            guard byteCount <= arena.remaining else { return nil }
            consumers[handle].pending.removeFirst()
            let isWritten = consumers[handle].writeRetransmission(
                record, slab: slab, by: path.sealer, at: arena.tail)
            guard isWritten else {
                drops.count(.notSealed)
                continue
            }
            arena.commit(byteCount)
            retransmittedPackets &+= 1
            return Transmit(
                destination: path.destination, offset: arena.count - byteCount,
                byteCount: byteCount,
                segmentLength: byteCount)
        }
        return nil
    }
}
