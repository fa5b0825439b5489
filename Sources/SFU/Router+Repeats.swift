import RTP
import Timing
import Wire

// What consumers ask for again: looked for when they do, sent between two fan-outs.

extension Router {
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

    /// Puts a consumer on the list of those with retransmissions, if it has any.
    mutating func listPending(_ consumer: ConsumerHandle) {
        guard !consumers[consumer].pending.isEmpty, !consumers[consumer].isPending else { return }
        consumers[consumer].isPending = true
        resending.append(consumer)
    }

    /// Writes the next run of what has come before: first what was asked for again.
    mutating func nextRepeat(
        into arena: inout SendArena, over transports: inout Slab<Transport>,
        slab: borrowing PacketSlab
    ) -> Transmit? {
        if let run = nextRetransmission(into: &arena, over: &transports, slab: slab) { return run }
        return resending.isEmpty ? nextReplay(into: &arena, over: &transports, slab: slab) : nil
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
