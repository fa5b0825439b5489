/// The tables of the files as those of one stream: what changes has another version
/// (ISO/IEC 13818-1 §2.4.4.5, §2.4.4.9).
struct JoinedTables {
    private struct Table {
        /// All but version and checksum.
        var content: [UInt8]
        var version: UInt8
    }

    private var tables: [UInt16: Table] = [:]
    /// PIDs of the programs' maps.
    private var maps: Set<UInt16> = []

    func areIn(_ pid: UInt16) -> Bool { pid == ProgramAssociation.pid || maps.contains(pid) }

    /// Gives the section that a packet holds, all of it, the version it has in the joined stream.
    mutating func join(_ pid: UInt16, at start: Int, in packets: inout [UInt8]) {
        guard let range = section(in: packets, at: start) else { return }
        let versionPlace = range.lowerBound + 5
        var content = Array(packets[range].dropLast(4))
        let own = content[5] >> 1 & 0x1F
        content[5] &= 0xC1
        var table = tables[pid] ?? Table(content: content, version: own)
        if table.content != content {
            table = Table(content: content, version: (table.version + 1) & 0x1F)
        }
        tables[pid] = table
        if pid == ProgramAssociation.pid { learnMaps(packets.span.bytes.extracting(range)) }
        guard table.version != own else { return }
        packets[versionPlace] = packets[versionPlace] & 0xC1 | table.version << 1
        let sum = CRC32MPEG.checksum(
            of: packets.span.bytes.extracting(range.lowerBound..<range.upperBound - 4))
        for place in 0..<4 {
            packets[range.upperBound - 4 + place] = UInt8(
                truncatingIfNeeded: sum >> UInt32(24 - 8 * place))
        }
    }

    private mutating func learnMaps(_ section: RawSpan) {
        guard let association = try? ProgramAssociation(parsing: section) else { return }
        for entry in association.programs where entry.program != 0 { maps.insert(entry.pid) }
    }

    /// Where the section is that begins in a packet and ends there, unharmed.
    private func section(in packets: [UInt8], at start: Int) -> Range<Int>? {
        let end = start + TransportPacket.byteCount
        let bytes = packets.span.bytes
        guard let packet = try? TransportPacket(parsing: bytes.extracting(start..<end)),
            packet.startsUnit, packet.hasPayload, !packet.isScrambled
        else { return nil }
        let pointer = start + packet.payloadOffset
        let first = pointer + 1 + Int(packets[pointer])
        guard first + 3 <= end else { return nil }
        let length = Int(packets[first + 1] & 0x0F) << 8 | Int(packets[first + 2])
        // A table in several sections is nothing that is written here.
        guard length >= 9, first + 3 + length <= end, packets[first + 7] == 0,
            CRC32MPEG.checksum(of: bytes.extracting(first..<first + 3 + length)) == 0
        else { return nil }
        return first..<first + 3 + length
    }
}
