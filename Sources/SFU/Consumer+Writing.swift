import Ciphers
import RTP
import Timing
import Wire

extension Consumer {
    /// Why a run ended.
    enum RunEnd {
        case burstWritten
        case runClosed
        case arenaFull
    }

    /// Writes a run of what has just come, and notes that; and whether a source begins with it.
    @inline(__always)  // once for each packet that leaves alone
    mutating func writeLive(
        _ burst: [PacketRecord], from position: inout Int, slab: borrowing PacketSlab,
        by sealer: PacketSealer, into arena: inout SendArena, run: inout SegmentedRun,
        drops: inout DropCounters, at now: Instant
    ) -> (RunEnd, isStart: Bool) {
        self.now = now
        let end = writeRun(
            burst, from: &position, slab: slab, by: sealer, into: &arena, run: &run, drops: &drops)
        guard !run.isEmpty else { return (end, false) }
        noteSent(packets: run.count, payloadByteCount: run.payloadByteCount)
        return (end, isBeginning)
    }

    /// Writes the packets of `burst` from `position` on that fit one segmented send: equal lengths,
    /// the last may be shorter. The caller commits nothing; the arena's tail has moved.
    mutating func writeRun(
        _ burst: [PacketRecord], from position: inout Int, slab: borrowing PacketSlab,
        by sealer: PacketSealer, into arena: inout SendArena,
        run: inout SegmentedRun, drops: inout DropCounters
    ) -> RunEnd {
        while position < burst.count {
            let record = burst[position]
            if record.sequence >= replayNext {  // comes with what came before it
                position += 1
                continue
            }
            if let reason = refusal(of: record) {
                drops.count(reason)
                position += 1
                continue
            }
            let block = block(of: record)
            let byteCount =
                RTPHeader.byteCount &+ block &+ Int(record.payloadByteCount)
                &+ sealer.overhead
            guard run.admits(byteCount) else { return .runClosed }
            guard byteCount <= arena.remaining else { return .arenaFull }
            let sequence = rewriter.sequence(reached: record.sequence)
            position += 1
            guard
                write(
                    record, as: sequence, block: block, slab: slab, by: sealer,
                    at: arena.tail)
            else {
                drops.count(.notSealed)
                continue
            }
            arena.commit(byteCount)
            run.append(byteCount, payload: Int(record.payloadByteCount))
        }
        return .burstWritten
    }

    /// Decides whether a packet goes out at all; a stream's start happens here.
    private mutating func refusal(of record: PacketRecord) -> DropReason? {
        if flow == .awaitingKeyframe, !record.isKeyframe { return .awaitingKeyframe }
        flow = .flowing
        if !rewriter.isStarted { begin(with: record) }
        if rewriter.reaches(record.sequence) { return nil }
        return rewriter.leads(record.sequence, timestamp: record.timestamp) ? nil : .beforeStart
    }

    /// Starts on a source, with room for what of its first picture comes late: what came early, and
    /// was no beginning by itself, is noted to be sent behind it.
    @inline(never)
    private mutating func begin(with record: PacketRecord) {
        rewriter.start(
            atSequence: record.sequence, timestamp: record.timestamp, lead: record.leadCount,
            gap: gap)
        pending += record.sequence - Int64(record.leadCount)..<record.sequence
        isBeginning = true
    }

    /// Writes one packet; `false` when it could not be protected, and so must not be sent.
    private mutating func write(
        _ record: PacketRecord, as sequence: Int64, block: Int, slab: borrowing PacketSlab,
        by sealer: PacketSealer, at out: UnsafeMutableRawPointer
    ) -> Bool {
        let packet = UnsafeRawPointer(slab.address(of: record.slot))
        writeHeader(
            RTPHeader(
                payloadType: payloadType, sequenceNumber: UInt16(truncatingIfNeeded: sequence),
                timestamp: rewriter.timestamp(for: record.timestamp, at: record.sequence),
                ssrc: ssrc,
                marker: record.marker),
            of: record, in: packet, block: block, at: out)
        let sealed = sealer.seal(
            at: out, headerByteCount: RTPHeader.byteCount + block, prefixByteCount: 0,
            payload: record.payload(in: packet), ssrc: ssrc,
            index: UInt64(bitPattern: sequence))
        return sealed > 0
    }
}

extension Consumer {
    /// Octets of the header extension that goes with a packet; mostly there is none.
    private func block(of record: PacketRecord) -> Int {
        record.extensions.isEmpty ? 0 : record.extensions.blockByteCount(numbering: extensions)
    }

    /// Notes what has been sent of the stream, as sender reports tell it.
    mutating func noteSent(packets: Int, payloadByteCount: Int) {
        if packets > 0 { lastSent = now }
        packetCount &+= UInt32(truncatingIfNeeded: packets)
        byteCount &+= UInt32(truncatingIfNeeded: payloadByteCount)
    }

    /// Writes the fixed header and, when `block` octets of it are wanted, the extension.
    private func writeHeader(
        _ header: RTPHeader, of record: PacketRecord, in packet: UnsafeRawPointer, block: Int,
        at out: UnsafeMutableRawPointer
    ) {
        var header = header
        header.hasExtension = block > 0
        _ = header.write(to: out)
        guard block > 0 else { return }
        record.extensions.write(
            at: out + RTPHeader.byteCount, byteCount: block, from: packet, numbering: extensions)
    }

    /// Octets a retransmission of `record` will take.
    func retransmissionByteCount(_ record: PacketRecord, overhead: Int) -> Int {
        let original = retransmission == nil ? 0 : 2  // the original number (RFC 4588 §4)
        let block = block(of: record)
        return RTPHeader.byteCount + block + original + Int(record.payloadByteCount) + overhead
    }

    /// Writes `record` again: on the stream set apart for it, or octet for octet as it was sent.
    /// `false` when it must not be sent.
    mutating func writeRetransmission(
        _ record: PacketRecord, slab: borrowing PacketSlab,
        by sealer: PacketSealer, at out: UnsafeMutableRawPointer
    ) -> Bool {
        guard let sequence = rewriter.sequence(for: record.sequence) else { return false }
        let block = block(of: record)
        guard let retransmission else {
            // The same index under the same key must protect the same octets (RFC 7714 §8.1):
            // nothing in a consumer's header may depend on the time of sending.
            noteSent(packets: 1, payloadByteCount: Int(record.payloadByteCount))
            return write(
                record, as: sequence, block: block, slab: slab, by: sealer, at: out)
        }
        let packet = UnsafeRawPointer(slab.address(of: record.slot))
        writeHeader(
            RTPHeader(
                payloadType: retransmission.payloadType,
                sequenceNumber: UInt16(truncatingIfNeeded: resent),
                timestamp: rewriter.timestamp(for: record.timestamp, at: record.sequence),
                ssrc: retransmission.ssrc,
                marker: record.marker),
            of: record, in: packet, block: block, at: out)
        let headerByteCount = RTPHeader.byteCount + block
        out.storeBytes(
            of: UInt16(truncatingIfNeeded: sequence).bigEndian, toByteOffset: headerByteCount,
            as: UInt16.self)
        let sealed = sealer.seal(
            at: out, headerByteCount: headerByteCount, prefixByteCount: 2,
            payload: record.payload(in: packet), ssrc: retransmission.ssrc,
            index: UInt64(resent))
        resent += 1
        return sealed > 0
    }
}
