import Timing
import WebRTC
import Wire

// The fan-out: producer by producer that has received something, consumer by consumer, run by run.

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
}
