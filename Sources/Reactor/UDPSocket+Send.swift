import CSystem
public import Wire

extension UDPSocket {
    /// Whether a run can be staged without a flush; a run the kernel does not cut takes 64 places.
    var hasPlaces: Bool { staged.count <= Self.stagedLimit - 64 }

    /// Stages a run for the next `flush`; flushes by itself when 256 sends wait.
    ///
    /// The octets stay in `arena`: flush before it is emptied or gone. A run that finds all places
    /// taken by what the kernel has no room for is dropped and counted.
    public mutating func enqueue(_ run: Transmit, from arena: borrowing SendArena) {
        guard run.segmentLength > 0, run.segmentLength <= Int(UInt16.max) else {
            statistics[.tooLarge] += 1
            return
        }
        precondition(
            run.offset >= 0 && run.byteCount >= 0 && run.byteCount <= arena.count - run.offset,
            "enqueue only runs committed to this arena"
        )
        let isApart = run.segmentCount > 1 && !refusals.isEmpty && refusals.takesApart(run)
        if isApart { statistics.apartRuns += 1 }
        let limit = run.pieceByteCount(segmentation: segmentation && !isApart)
        var rest = run
        repeat {
            stage(rest.removeFirst(limit), from: arena)
        } while rest.byteCount > 0
    }

    private mutating func stage(_ piece: Transmit, from arena: borrowing SendArena) {
        if staged.count == Self.stagedLimit, !flush() {
            statistics[.socketBufferFull] += piece.segmentCount
            return
        }
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

    /// Sends what is staged, and never blocks; what the kernel refuses for good is counted.
    ///
    /// - Returns: `false` when the send buffer is full: what is left stays staged, its octets in the
    ///   arena, for another `flush` or for `discard`.
    @discardableResult
    public mutating func flush() -> Bool {
        while settledCount < staged.count {
            guard apart == nil else {
                guard sendApart() else { return false }
                continue
            }
            let result = system_send(
                sender,
                descriptor,
                UInt32(settledCount),
                UInt32(staged.count - settledCount)
            )
            statistics.sendCalls += 1
            if result > 0 {
                for index in settledCount..<settledCount + Int(result) { countSent(staged[index]) }
                settledCount += Int(result)
            } else {
                // `sendmmsg` fails only on account of its first message.
                guard settle(code: -result) else { return false }
            }
        }
        forgetStaged()
        return true
    }

    /// Drops what is staged, and counts it.
    public mutating func discard() {
        if let rest = apart {
            statistics[.socketBufferFull] += rest.segmentCount
            settledCount += 1
        }
        for late in staged[settledCount...] {
            statistics[.socketBufferFull] += late.segmentCount
        }
        forgetStaged()
    }

    private mutating func forgetStaged() {
        staged.removeAll(keepingCapacity: true)
        settledCount = 0
        apart = nil
    }

    /// Deals with the first run left, which the kernel refused; `false` when it may be sent later.
    private mutating func settle(code: Int32) -> Bool {
        let run = staged[settledCount]
        let reason = SendDropReason(code: code)
        guard reason != .socketBufferFull else {
            statistics.fullBuffers += 1
            return false
        }
        if run.segmentCount > 1, Refusal.ofSegmentation.contains(code) {
            statistics.refusedRuns += 1
            refusals.note(run)
            apart = run
        } else {
            statistics[reason] += run.segmentCount
            settledCount += 1
        }
        return true
    }

    /// Sends one by one what is left of the first run, which the kernel would not cut; `false` when
    /// the rest may be sent later.
    private mutating func sendApart() -> Bool {
        let run = staged[settledCount]
        while let rest = apart, rest.byteCount > 0 {
            var left = rest
            let piece = left.removeFirst(rest.segmentLength)
            let result = system_send_part(
                sender,
                descriptor,
                UInt32(settledCount),
                piece.offset - run.offset,
                piece.byteCount
            )
            statistics.sendCalls += 1
            let reason = result < 0 ? SendDropReason(code: -result) : nil
            if reason == .socketBufferFull {
                statistics.fullBuffers += 1
                return false
            }
            apart = left
            if let reason { statistics[reason] += 1 } else { countSent(piece) }
        }
        apart = nil
        settledCount += 1
        return true
    }

    private mutating func countSent(_ run: Transmit) {
        let segments = run.segmentCount
        statistics.sentPackets += segments
        statistics.sentBytes += run.byteCount
        guard segments > 1 else { return }
        statistics.segmentedRuns += 1
        if !refusals.isEmpty { refusals.forget(run) }
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
