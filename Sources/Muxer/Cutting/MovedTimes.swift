import Timing
import Wire

/// Moves the times in a transport stream's packets, where they stand: all by the same, so that what
/// belongs together stays so. They wrap as they always do.
struct MovedTimes {
    /// Ticks of 90 kHz, below 2^33.
    private let shift: UInt64

    /// Times stay as they are.
    init() { shift = 0 }

    /// They are so much later.
    init(_ shift: Interval) { self.shift = TransportTime.wrapped(shift.ticks90) }

    /// Moves the clock references in a packet with an adaptation field that holds anything.
    ///
    /// - Returns: The program clock reference, moved, where there is one.
    func moveReferences(at start: Int, in packets: inout [UInt8]) -> Int64? {
        let flags = packets[start + 5]
        let end = start + 5 + Int(packets[start + 4])
        guard end <= start + TransportPacket.byteCount else { return nil }
        var (place, reference) = (start + 6, Int64?.none)
        if flags & 0x10 != 0, place + 6 <= end {
            reference = moveReference(at: place, in: &packets)
            place += 6
        }
        if flags & 0x08 != 0, place + 6 <= end { _ = moveReference(at: place, in: &packets) }
        return reference
    }

    /// Moves the times of the PES packet that begins in a packet (ISO/IEC 13818-1 §2.4.3.6).
    func moveStamps(at start: Int, in packets: inout [UInt8]) {
        let control = packets[start + 3]
        guard shift != 0, control & 0xD0 == 0x10 else { return }
        let place = start + 4 + (control & 0x20 != 0 ? 1 + Int(packets[start + 4]) : 0)
        let end = start + TransportPacket.byteCount
        guard place + 9 <= end, packets[place] == 0, packets[place + 1] == 0,
            packets[place + 2] == 1, !PESHeader.withoutHeader.contains(packets[place + 3]),
            packets[place + 6] & 0xC0 == 0x80
        else { return }
        let flags = packets[place + 7]
        let fields = place + 9 + Int(packets[place + 8])
        guard flags & 0x80 != 0, place + 14 <= min(end, fields) else { return }
        moveStamp(at: place + 9, in: &packets)
        guard flags & 0x40 != 0, place + 19 <= min(end, fields) else { return }
        moveStamp(at: place + 14, in: &packets)
    }

    /// Five octets: four bits that stay, then 3, 15 and 15 bits, a marker after each.
    private func moveStamp(at place: Int, in packets: inout [UInt8]) {
        let high = UInt64(packets[place] >> 1 & 7) << 30
        let middle = UInt64(packets[place + 1]) << 22 | UInt64(packets[place + 2] >> 1) << 15
        let low = UInt64(packets[place + 3]) << 7 | UInt64(packets[place + 4] >> 1)
        let stamp = high | middle | low
        let moved = (stamp &+ shift) & TransportTime.stampMask
        packets[place] = packets[place] & 0xF1 | UInt8(truncatingIfNeeded: moved >> 30) << 1
        packets[place + 1] = UInt8(truncatingIfNeeded: moved >> 22)
        packets[place + 2] =
            UInt8(truncatingIfNeeded: moved >> 15) << 1 | packets[place + 2] & 1
        packets[place + 3] = UInt8(truncatingIfNeeded: moved >> 7)
        packets[place + 4] = UInt8(truncatingIfNeeded: moved) << 1 | packets[place + 4] & 1
    }

    /// Six octets: 33 bits of 90 kHz, which are moved, six reserved ones, and what stands for less
    /// than a tick of them.
    private func moveReference(at place: Int, in packets: inout [UInt8]) -> Int64 {
        var base = UInt64(packets[place + 4] >> 7)
        for octet in 0..<4 { base |= UInt64(packets[place + octet]) << UInt64(25 - 8 * octet) }
        base = (base &+ shift) & TransportTime.stampMask
        for octet in 0..<4 {
            packets[place + octet] = UInt8(truncatingIfNeeded: base >> UInt64(25 - 8 * octet))
        }
        packets[place + 4] = packets[place + 4] & 0x7F | UInt8(base & 1) << 7
        let rest = Int64(packets[place + 4] & 1) << 8 | Int64(packets[place + 5])
        return Int64(base) * 300 + rest
    }
}
