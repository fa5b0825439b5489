import Timing
import Wire

extension TransportPacket {
    /// Whether this packet's octets are those of the one before, but for its clock reference, which may be
    /// a newer one (ISO/IEC 13818-1 §2.4.3.3).
    fileprivate func repeats(_ last: [UInt8], as bytes: [UInt8]) -> Bool {
        guard adaptation?.programClockReference != nil, last.count == bytes.count else {
            return bytes == last
        }
        let reference = 6..<12
        return bytes[..<reference.lowerBound] == last[..<reference.lowerBound]
            && bytes[reference.upperBound...] == last[reference.upperBound...]
    }
}

extension TransportStreamChecker {
    /// - Returns: `false` for a packet sent twice, whose payload has been seen.
    mutating func checkContinuity(
        of packet: TransportPacket, _ bytes: [UInt8], at offset: Int
    ) -> Bool {
        var stream = streams[packet.pid] ?? StreamObservation()
        defer { streams[packet.pid] = stream }
        let counter = packet.continuityCounter
        guard let last = stream.lastCounter, packet.adaptation?.isDiscontinuity != true else {
            if packet.hasPayload { (stream.lastCounter, stream.lastPacket) = (counter, bytes) }
            return true
        }
        guard packet.hasPayload else {
            if counter != last { found(.continuity, at: offset, pid: packet.pid) }
            return true
        }
        if counter == last, packet.repeats(stream.lastPacket, as: bytes), !stream.hasRepeated {
            stream.hasRepeated = true
            return false
        }
        if counter != (last + 1) & 0x0F { found(.continuity, at: offset, pid: packet.pid) }
        (stream.lastCounter, stream.lastPacket, stream.hasRepeated) = (counter, bytes, false)
        return true
    }

    mutating func readTables(_ payload: RawSpan, of packet: TransportPacket, at offset: Int) {
        let isAssociation = packet.pid == ProgramAssociation.pid
        let complete = sections[packet.pid, default: SectionAssembler()]
            .receive(payload, startsUnit: packet.startsUnit)
        for section in complete {
            let bytes = section.span.bytes
            guard CRC32MPEG.checksum(of: bytes) == 0 else {
                found(.checksum, at: offset, pid: packet.pid)
                continue
            }
            checkVersion(of: section, isAssociation: isAssociation, packet.pid, at: offset)
            if isAssociation, let association = try? ProgramAssociation(parsing: bytes) {
                mapPID = association.programs.first { $0.program != 0 }?.pid ?? mapPID
                wait(for: .association, at: offset)
            } else if !isAssociation, let map = try? ProgramMap(parsing: bytes) {
                self.map = map
                wait(for: .map(pid: packet.pid), at: offset)
            } else {
                found(isAssociation ? .association : .map, at: offset, pid: packet.pid)
            }
        }
    }

    /// What reads differently has another version (ISO/IEC 13818-1 §2.4.4.5, §2.4.4.9).
    private mutating func checkVersion(
        of section: [UInt8], isAssociation: Bool, _ pid: UInt16, at offset: Int
    ) {
        if let last = lastSections[pid], last != section, last.count > 6, section.count > 6,
            last[0] == section[0], last[3...6] == section[3...6]
        {
            found(isAssociation ? .association : .map, at: offset, pid: pid)
        }
        lastSections[pid] = section
    }

    mutating func readStream(_ payload: RawSpan, of packet: TransportPacket, at offset: Int) {
        wait(for: .stream(pid: packet.pid), at: offset)
        guard packet.startsUnit else {
            if let missing = streams[packet.pid]?.missing {
                streams[packet.pid]?.missing = missing - payload.byteCount
                if payload.byteCount > missing { found(.unitLength, at: offset, pid: packet.pid) }
            }
            return
        }
        if let missing = streams[packet.pid]?.missing, missing > 0 {
            found(.unitLength, at: offset, pid: packet.pid)
        }
        var reader = ByteReader(payload)
        guard let header = try? PESHeader(parsing: &reader) else {
            streams[packet.pid]?.missing = nil
            return found(.unitLength, at: offset, pid: packet.pid)
        }
        if header.payloadByteCount == nil, !Self.videoStreamIDs.contains(header.streamID) {
            found(.unitLength, at: offset, pid: packet.pid)
        }
        streams[packet.pid]?.missing = header.payloadByteCount.map { $0 - reader.remaining }
        if let presentation = header.presentationStamp {
            let decode = header.decodeStamp ?? presentation
            checkOrder(presentation, decode, pid: packet.pid, at: offset)
            wait(for: .stamp(pid: packet.pid, decodeStamp: decode), at: offset)
        }
    }

    private mutating func checkOrder(
        _ presentation: UInt64, _ decode: UInt64, pid: UInt16, at offset: Int
    ) {
        let period = TransportTime.stampPeriod
        if TransportTime.difference(Int64(presentation), Int64(decode), period: period) < 0 {
            found(.stampOrder, at: offset, pid: pid)
        }
        if let last = streams[pid]?.decodeTime,
            TransportTime.difference(Int64(decode), last, period: period) <= 0
        {
            found(.stampOrder, at: offset, pid: pid)
        }
        streams[pid]?.decodeTime = Int64(decode)
    }

    private mutating func wait(for kind: TimedObservation.Kind, at offset: Int) {
        guard waiting.count < Self.waitingLimit else { return }
        waiting.append(TimedObservation(kind: kind, offset: offset))
    }

    /// - Parameters:
    ///   - time: By the stream's clock, from its beginning and without jumps.
    ///   - reference: What the clock reference would read.
    mutating func check(_ observation: TimedObservation, at time: Int64, reference: Int64) {
        let offset = observation.offset
        switch observation.kind {
        case .association:
            checkRepetition(lastAssociation, time, limits.tables, .association, offset, nil)
            lastAssociation = time
        case .map(let pid):
            checkRepetition(lastMap, time, limits.tables, .map, offset, pid)
            lastMap = time
        case .stream(let pid):
            checkRepetition(streams[pid]?.lastSeen, time, limits.absence, .pid, offset, pid)
            streams[pid]?.lastSeen = time
        case .stamp(let pid, let decode):
            checkRepetition(
                streams[pid]?.lastStamped, time, limits.stamps, .stampRepetition, offset, pid)
            streams[pid]?.lastStamped = time
            let lead = TransportTime.difference(
                Int64(decode), reference / 300, period: TransportTime.stampPeriod)
            if lead < 0 { found(.lateUnit, at: offset, pid: pid) }
        }
    }

    /// What has not come again for too long when the stream ends.
    mutating func checkAbsences(until time: Int64, at end: Int) {
        checkRepetition(lastAssociation, time, limits.tables, .association, end, nil)
        checkRepetition(lastMap, time, limits.tables, .map, end, mapPID)
        for stream in map?.streams ?? [] {
            let pid = stream.pid
            checkRepetition(streams[pid]?.lastSeen, time, limits.absence, .pid, end, pid)
        }
    }

    private mutating func checkRepetition(
        _ last: Int64?, _ time: Int64, _ limit: Interval,
        _ indicator: TransportFinding.Indicator, _ offset: Int, _ pid: UInt16?
    ) {
        guard let last, time - last > limit.ticks27 else { return }
        found(indicator, at: offset, pid: pid)
    }

    /// A new time base: what came before the jump says nothing about what comes after.
    mutating func restart(at time: Int64) {
        (lastAssociation, lastMap) = (time, time)
        for pid in streams.keys {
            streams[pid]?.decodeTime = nil
            streams[pid]?.lastStamped = nil
            streams[pid]?.lastSeen = time
        }
    }

    private static let videoStreamIDs: ClosedRange<UInt8> = 0xE0...0xEF

    /// Between two references no stream within the limits has as many packets as this.
    private static let waitingLimit = 1 << 16
}
