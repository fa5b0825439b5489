import CSystem
public import Wire

extension UDPSocket {
    /// Stages a run for the next `flush`; flushes by itself when 256 sends wait.
    ///
    /// The octets stay in `arena`: flush before it is emptied or gone.
    public mutating func enqueue(_ run: Transmit, from arena: borrowing SendArena) {
        guard run.segmentLength > 0, run.segmentLength <= Int(UInt16.max) else {
            statistics[.tooLarge] += 1
            return
        }
        precondition(
            run.offset >= 0 && run.byteCount >= 0 && run.byteCount <= arena.count - run.offset,
            "enqueue only runs committed to this arena"
        )
        let limit = run.pieceByteCount(segmentation: segmentation)
        var rest = run
        repeat {
            stage(rest.removeFirst(limit), from: arena)
        } while rest.byteCount > 0
    }

    private mutating func stage(_ piece: Transmit, from arena: borrowing SendArena) {
        if staged.count == Self.stagedLimit { flush() }
        let isRun = piece.segmentCount > 1
        system_sender_put(
            sender,
            UInt32(staged.count),
            piece.destination.systemAddress,
            arena.base + piece.offset,
            piece.byteCount,
            isRun ? UInt16(piece.segmentLength) : 0
        )
        staged.append(piece)
    }

    /// Sends all that is staged. Never blocks: what the kernel refuses is dropped and counted.
    public mutating func flush() {
        var first = 0
        while first < staged.count {
            let result = system_send(
                sender,
                descriptor,
                UInt32(first),
                UInt32(staged.count - first)
            )
            statistics.sendCalls += 1
            if result > 0 {
                for index in first..<first + Int(result) { countSent(staged[index]) }
                first += Int(result)
            } else {
                // `sendmmsg` fails only on account of its first message.
                first += handleRefusal(code: -result, at: first)
            }
        }
        staged.removeAll(keepingCapacity: true)
    }

    /// Deals with the run the kernel refused; answers how many of the staged runs are settled.
    private mutating func handleRefusal(code: Int32, at index: Int) -> Int {
        let run = staged[index]
        if run.segmentCount > 1, Refusal.ofSegmentation.contains(code) {
            sendOneByOne(run, at: index)
            return 1
        }
        let reason = SendDropReason(code: code)
        guard reason == .socketBufferFull else {
            statistics[reason] += run.segmentCount
            return 1
        }
        // A full buffer refuses all that follows too: one call learns it, not two hundred.
        for late in staged[index...] { statistics[reason] += late.segmentCount }
        return staged.count - index
    }

    private mutating func sendOneByOne(_ run: Transmit, at index: Int) {
        statistics.refusedRuns += 1
        var rest = run
        while rest.byteCount > 0 {
            let piece = rest.removeFirst(run.segmentLength)
            let result = system_send_part(
                sender,
                descriptor,
                UInt32(index),
                piece.offset - run.offset,
                piece.byteCount
            )
            statistics.sendCalls += 1
            if result < 0 {
                statistics[SendDropReason(code: -result)] += 1
            } else {
                countSent(piece)
            }
        }
    }

    private mutating func countSent(_ run: Transmit) {
        let segments = run.segmentCount
        statistics.sentPackets += segments
        statistics.sentBytes += run.byteCount
        if segments > 1 { statistics.segmentedRuns += 1 }
    }
}

extension SendDropReason {
    init(code: Int32) {
        self =
            switch code {
            case Refusal.again: .socketBufferFull
            case Refusal.noBuffers, Refusal.noMemory: .deviceQueueFull
            case Refusal.networkUnreachable, Refusal.hostUnreachable, Refusal.wrongFamily,
                Refusal.networkDown, Refusal.addressNotAvailable:
                .unreachable
            case Refusal.messageTooLong: .tooLarge
            default: .refused
            }
    }
}
