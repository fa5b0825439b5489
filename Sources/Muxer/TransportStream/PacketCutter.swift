import Wire

/// Cuts one PES packet into transport packets while its octets are handed over piece by piece:
/// whole packets come out, and nothing is kept but numbers.
///
/// The length is known beforehand, so that the last packet can be stuffed before it is begun, and
/// the memory for all of them is there: `packetCount` packets of it.
struct PacketCutter {
    private var cursor: UnsafeMutableRawPointer
    private let pid: UInt16
    private var unsent: Int
    private var room = 0
    private var counter: UInt8

    /// - Parameters:
    ///   - memory: Room for all packets, which outlives the cutter.
    ///   - byteCount: All octets that will be appended.
    ///   - adaptation: What the first packet says.
    ///   - counter: The continuity counter of the first packet.
    init(
        _ memory: UnsafeMutableRawPointer, pid: UInt16, byteCount: Int,
        adaptation: AdaptationField, counter: UInt8
    ) {
        (cursor, self.pid, unsent, self.counter) = (memory, pid, byteCount, counter)
        openPacket(adaptation, startsUnit: true)
    }

    /// How many packets `byteCount` octets take with an adaptation field of `fieldByteCount`.
    static func packetCount(of byteCount: Int, fieldByteCount: Int) -> Int {
        (byteCount + fieldByteCount + roomPerPacket - 1) / roomPerPacket
    }

    /// Takes the next octets.
    mutating func append(_ bytes: RawSpan) {
        bytes.withUnsafeBytes { append($0) }
    }

    /// Takes the next octets.
    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard var source = bytes.baseAddress else { return }
        var remaining = bytes.count
        while remaining > 0 {
            if room == 0 {
                let whole = remaining / Self.roomPerPacket
                if whole > 0 {
                    appendPackets(whole, from: source)
                    source += whole * Self.roomPerPacket
                    remaining -= whole * Self.roomPerPacket
                    continue
                }
                openPacket(AdaptationField(), startsUnit: false)
            }
            let count = min(room, remaining)
            cursor.copyMemory(from: source, byteCount: count)
            cursor += count
            source += count
            room &-= count
            remaining &-= count
        }
    }

    /// Takes a start code of four octets.
    mutating func appendStartCode() {
        guard room >= 4 else { return withUnsafeBytes(of: UInt32(1).bigEndian) { append($0) } }
        appendHead(4) { $0.storeBytes(of: UInt32(1).bigEndian, as: UInt32.self) }
    }

    /// Takes `count` octets that `body` writes, where the packet has room for them: its first one always has
    /// for a header and what stands right behind it.
    mutating func appendHead(_ count: Int, _ body: (UnsafeMutableRawPointer) -> Void) {
        precondition(room >= count, "append heads at the beginning of a PES packet")
        body(cursor)
        cursor += count
        room &-= count
    }

    /// Packets from the middle, which most are: of a known length, with nothing before their payload
    /// but the head.
    private mutating func appendPackets(_ count: Int, from source: UnsafeRawPointer) {
        precondition(
            unsent >= count * Self.roomPerPacket, "append no more octets than were announced")
        let head = TransportPacket.head(
            pid: pid, startsUnit: false, hasAdaptation: false, hasPayload: true, counter: 0)
        var source = source
        for _ in 0..<count {
            cursor.storeBytes(of: (head | UInt32(counter)).bigEndian, as: UInt32.self)
            // In halves, which compilers copy in place: a call for each packet costs as much again.
            (cursor + 4).copyMemory(from: source, byteCount: Self.firstHalf)
            (cursor + 4 + Self.firstHalf).copyMemory(
                from: source + Self.firstHalf, byteCount: Self.roomPerPacket - Self.firstHalf)
            cursor += TransportPacket.byteCount
            source += Self.roomPerPacket
            counter = (counter + 1) & 0x0F
        }
        unsent -= count * Self.roomPerPacket
    }

    private mutating func openPacket(_ field: AdaptationField, startsUnit: Bool) {
        precondition(unsent > 0, "append no more octets than were announced")
        var fieldByteCount = field.byteCount
        fieldByteCount += max(Self.roomPerPacket - fieldByteCount - unsent, 0)
        let head = TransportPacket.head(
            pid: pid, startsUnit: startsUnit, hasAdaptation: fieldByteCount > 0, hasPayload: true,
            counter: counter)
        cursor.storeBytes(of: head.bigEndian, as: UInt32.self)
        cursor += 4
        if fieldByteCount > 0 {
            field.write(byteCount: fieldByteCount, to: cursor)
            cursor += fieldByteCount
        }
        room = Self.roomPerPacket - fieldByteCount
        unsent -= room
        counter = (counter + 1) & 0x0F
    }

    /// What a packet's header leaves.
    static let roomPerPacket = TransportPacket.byteCount - 4
    private static let firstHalf = 96
}
