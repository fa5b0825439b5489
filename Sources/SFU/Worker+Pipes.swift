import RTP
public import Timing
import Wire

// What a worker leaves for other loops, and what it does with what they leave for it.

extension Worker {
    /// Takes in one frame that another loop's worker wrote.
    public mutating func receiveFrame(_ bytes: RawSpan, from loop: Int, at now: Instant) {
        schedule.now = now
        var reader = ByteReader(bytes)
        do throws(ParseError) {
            let frame = try PipeFrame(parsing: &reader)
            if frame.kind == .packet {
                let reason = receivePacket(reader.readRest(), number: frame.number, from: loop)
                if let reason { drops.count(reason) }
            } else {
                try receive(frame, &reader, from: loop)
            }
        } catch {
            drops.count(.malformedFrame)
        }
    }

    /// Whether another loop is still to be told something.
    public func hasFrames(for loop: Int) -> Bool { pipes.hasEntries(for: loop) }

    /// Writes the next frame for another loop.
    ///
    /// - Parameters:
    ///   - loop: Which.
    ///   - slot: `PipeFrame.byteLimit` octets or more.
    /// - Returns: The frame's length; `nil` when nothing is left to tell.
    public mutating func nextFrame(
        to loop: Int, into slot: UnsafeMutableRawBufferPointer
    ) -> Int? {
        while let entry = pipes.popFirst(to: loop) {
            switch entry {
            case .message(let bytes):
                slot.copyBytes(from: bytes)
                return bytes.count
            case .packet(let packet):
                guard let byteCount = write(packet, into: slot) else {
                    drops.count(.notCached)
                    continue
                }
                totals.pipedPackets &+= 1
                return byteCount
            }
        }
        return nil
    }

    /// The pipe to `loop` is full: packets for it are dropped, and their producers asked for key
    /// frames once it is no longer; messages wait.
    public mutating func refuseFrames(to loop: Int) {
        let count = pipes.dropPackets(to: loop, at: schedule.now)
        for _ in 0..<count { drops.count(.pipeFull) }
    }

    /// Whether the turn before left messages for another loop behind, because the pipe was full.
    public func hasRefusedFrames(for loop: Int) -> Bool {
        pipes.isRefused && pipes.hasEntries(for: loop)
    }

    /// Asks for key frames of what pipes have lost that have been in time for a while since.
    mutating func mendPipes(at now: Instant) {
        while let place = pipes.nextTorn(at: now) { requestKeyframe(from: place) }
    }

    /// Leaves a message for another loop.
    mutating func tell(_ message: [UInt8], to loop: Int) {
        guard message.count <= PipeFrame.byteLimit else { return drops.count(.tooLarge) }
        if !pipes.append(.message(message), to: loop) { drops.count(.pipeFull) }
    }

    private func write(_ packet: PipedPacket, into slot: UnsafeMutableRawBufferPointer) -> Int? {
        guard let out = slot.baseAddress, rooms.contains(packet.room),
            rooms[packet.room].router.producers.contains(packet.producer)
        else { return nil }
        return rooms[packet.room].router.producers[packet.producer].write(
            packet, slab: slab, at: out, byteLimit: slot.count)
    }
}

extension Producer {
    /// Writes a frame with one of its packets; `nil` when the ring has it no longer.
    fileprivate func write(
        _ piped: PipedPacket, slab: borrowing PacketSlab, at out: UnsafeMutableRawPointer,
        byteLimit: Int
    ) -> Int? {
        guard let stream, stream.ssrc == piped.ssrc, let record = stream.record(at: piped.sequence)
        else { return nil }
        let packet = UnsafeRawPointer(slab.address(of: record.slot))
        let block = record.extensions.blockByteCount(numbering: .piped)
        let headerByteCount = PipeFrame.headByteCount + RTPHeader.byteCount + block
        let byteCount = headerByteCount + Int(record.payloadByteCount)
        guard byteCount <= byteLimit else { return nil }
        PipeFrame(.packet, track.number).write(to: out)
        var header = RTPHeader(
            payloadType: track.codec.payloadType,
            sequenceNumber: UInt16(truncatingIfNeeded: record.sequence),
            timestamp: record.timestamp, ssrc: stream.ssrc, marker: record.marker)
        header.hasExtension = block > 0
        _ = header.write(to: out + PipeFrame.headByteCount)
        if block > 0 {
            record.extensions.write(
                at: out + PipeFrame.headByteCount + RTPHeader.byteCount, byteCount: block,
                from: packet, numbering: .piped)
        }
        UnsafeMutableRawBufferPointer(
            start: out + headerByteCount, count: Int(record.payloadByteCount)
        ).copyMemory(from: record.payload(in: packet))
        return byteCount
    }
}
