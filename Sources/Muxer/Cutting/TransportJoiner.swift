public import Timing
import Wire

/// Makes one transport stream of files one behind the other: the packets stay, their continuity counters
/// go on from file to file, a map that reads differently from the one before it has another version, and
/// times are moved as each file is told. Where the clock does not go on, the stream says so.
public struct TransportJoiner: Sendable {
    /// The last counter of each PID; `unknown` where nothing of it has come.
    private var counters = [UInt8](repeating: unknown, count: 1 << 13)
    /// The last clock reference of each PID, and of those before this file the ones not followed yet.
    private var references: [UInt16: Int64] = [:]
    private var unfollowed: Set<UInt16> = []
    private var tables = JoinedTables()
    private var times = MovedTimes()

    /// A stream that nothing has been written to.
    public init() {}

    /// Another file follows.
    ///
    /// - Parameter shift: How much later it is there than it says itself.
    public mutating func nextFile(movedBy shift: Interval = .zero) {
        unfollowed = Set(references.keys)
        times = MovedTimes(shift)
    }

    /// Goes on with whole packets of the file, in place; what is no packet stays as it is.
    public mutating func join(_ packets: inout [UInt8]) {
        for start in stride(
            from: 0, through: packets.count - TransportPacket.byteCount,
            by: TransportPacket.byteCount)
        where packets[start] == TransportPacket.syncByte {
            let address = UInt16(packets[start + 1]) << 8 | UInt16(packets[start + 2])
            let pid = address & 0x1FFF
            guard pid != TransportPacket.nullPID else { continue }
            count(pid, in: &packets[start + 3])
            if packets[start + 3] & 0x20 != 0, packets[start + 4] > 0 {
                follow(pid, at: start, in: &packets)
            }
            guard address & 0x4000 != 0 else { continue }
            if tables.areIn(pid) {
                tables.join(pid, at: start, in: &packets)
            } else {
                times.moveStamps(at: start, in: &packets)
            }
        }
    }

    /// Packets with payload count on; those without repeat the number (ISO/IEC 13818-1 §2.4.3.3).
    private mutating func count(_ pid: UInt16, in control: inout UInt8) {
        let hasPayload = control & 0x10 != 0
        let last = counters[Int(pid)]
        guard last != Self.unknown else {
            counters[Int(pid)] = control & 0x0F
            return
        }
        let next = hasPayload ? (last + 1) & 0x0F : last
        control = control & 0xF0 | next
        counters[Int(pid)] = next
    }

    /// A file's first clock reference that does not go on from the last one's begins another clock
    /// (§2.4.3.5); one that does begins none, whatever its file says of what came before it there.
    private mutating func follow(_ pid: UInt16, at start: Int, in packets: inout [UInt8]) {
        guard let reference = times.moveReferences(at: start, in: &packets) else { return }
        if unfollowed.remove(pid) != nil, let last = references[pid] {
            let step = TransportTime.difference(
                reference, last, period: TransportTime.referencePeriod)
            let goesOn = (0...Self.longestStep).contains(step)
            packets[start + 5] = packets[start + 5] & 0x7F | (goesOn ? 0 : 0x80)
        }
        references[pid] = reference
    }

    /// No counter is so large.
    private static let unknown: UInt8 = 0xFF
    /// References are at most 100 ms apart (§2.7.2): in ticks of 27 MHz.
    private static let longestStep: Int64 = 2_700_000
}
