import Wire

/// Makes one transport stream of files one behind the other: the packets stay, their continuity counters
/// go on from file to file, a map that reads differently from the one before it has another version, and
/// where the clock does not go on, the stream says so.
public struct TransportJoiner: Sendable {
    private var counters: [UInt16: UInt8] = [:]
    /// The last clock reference of each PID, and of those before this file the ones not followed yet.
    private var references: [UInt16: Int64] = [:]
    private var unfollowed: Set<UInt16> = []
    private var tables = JoinedTables()

    /// A stream that nothing has been written to.
    public init() {}

    /// Another file follows.
    public mutating func nextFile() { unfollowed = Set(references.keys) }

    /// Goes on with whole packets of the file, in place; what is no packet stays as it is.
    public mutating func join(_ packets: inout [UInt8]) {
        for start in stride(
            from: 0, through: packets.count - TransportPacket.byteCount,
            by: TransportPacket.byteCount)
        where packets[start] == TransportPacket.syncByte {
            let pid = UInt16(packets[start + 1] & 0x1F) << 8 | UInt16(packets[start + 2])
            guard pid != TransportPacket.nullPID else { continue }
            count(pid, in: &packets[start + 3])
            if packets[start + 3] & 0x20 != 0 { follow(pid, at: start, in: &packets) }
            if tables.areIn(pid) { tables.join(pid, at: start, in: &packets) }
        }
    }

    /// Packets with payload count on; those without repeat the number (ISO/IEC 13818-1 §2.4.3.3).
    private mutating func count(_ pid: UInt16, in control: inout UInt8) {
        let hasPayload = control & 0x10 != 0
        guard let last = counters[pid] else {
            counters[pid] = control & 0x0F
            return
        }
        let next = hasPayload ? (last + 1) & 0x0F : last
        control = control & 0xF0 | next
        counters[pid] = next
    }

    /// A file's first clock reference that does not go on from the last one's begins another clock
    /// (§2.4.3.5).
    private mutating func follow(_ pid: UInt16, at start: Int, in packets: inout [UInt8]) {
        guard let reference = Self.reference(at: start, in: packets) else { return }
        if unfollowed.remove(pid) != nil, let last = references[pid] {
            let step = TransportTime.difference(
                reference, last, period: TransportTime.referencePeriod)
            if !(0...Self.longestStep).contains(step) { packets[start + 5] |= 0x80 }
        }
        references[pid] = reference
    }

    private static func reference(at start: Int, in packets: [UInt8]) -> Int64? {
        var reader = ByteReader(
            packets.span.bytes.extracting(start + 4..<start + TransportPacket.byteCount))
        return (try? AdaptationField(parsing: &reader))?.programClockReference
    }

    /// References are at most 100 ms apart (§2.7.2): in ticks of 27 MHz.
    private static let longestStep: Int64 = 2_700_000
}
