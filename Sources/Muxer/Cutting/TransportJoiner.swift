/// Makes one transport stream of files one behind the other: the packets stay, their continuity
/// counters go on from file to file, and where the time jumps, the stream says so.
public struct TransportJoiner: Sendable {
    private var counters: [UInt16: UInt8] = [:]
    /// PIDs that have said that the time jumps; `nil` where it does not.
    private var jumping: Set<UInt16>?

    /// A stream that nothing has been written to.
    public init() {}

    /// Another file follows.
    ///
    /// - Parameter isJump: Its times do not go on from those of the file before.
    public mutating func nextFile(isJump: Bool) {
        jumping = isJump ? [] : nil
    }

    /// Goes on with whole packets of the file, in place; what is no packet stays as it is.
    public mutating func join(_ packets: inout [UInt8]) {
        for start in stride(
            from: 0, through: packets.count - TransportPacket.byteCount,
            by: TransportPacket.byteCount)
        where packets[start] == TransportPacket.syncByte {
            let pid = UInt16(packets[start + 1] & 0x1F) << 8 | UInt16(packets[start + 2])
            guard pid != TransportPacket.nullPID else { continue }
            count(pid, in: &packets[start + 3])
            sayJump(pid, at: start, in: &packets)
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

    /// The first packet of the file with a clock reference begins another clock (§2.4.3.5).
    private mutating func sayJump(_ pid: UInt16, at start: Int, in packets: inout [UInt8]) {
        guard let said = jumping, !said.contains(pid), packets[start + 3] & 0x20 != 0,
            packets[start + 4] > 0, packets[start + 5] & 0x10 != 0
        else { return }
        packets[start + 5] |= 0x80
        jumping?.insert(pid)
    }
}
