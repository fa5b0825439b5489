import Wire

/// Cuts one PES packet, or one section, into transport packets while its octets are handed over
/// piece by piece: whole packets come out, and nothing is kept but numbers.
///
/// The length is known beforehand, so that the last packet can be stuffed before it is begun.
struct PacketCutter {
    private let pid: UInt16
    private let adaptation: AdaptationField
    private var isFirst = true
    private var unsent: Int
    private var room = 0

    /// The counter of the next packet.
    private(set) var counter: UInt8

    /// - Parameters:
    ///   - byteCount: All octets that will be appended.
    ///   - adaptation: What the first packet says.
    init(pid: UInt16, byteCount: Int, adaptation: AdaptationField, counter: UInt8) {
        (self.pid, unsent) = (pid, byteCount)
        (self.adaptation, self.counter) = (adaptation, counter)
    }

    /// How many packets `byteCount` octets take with an adaptation field of `fieldByteCount`.
    static func packetCount(of byteCount: Int, fieldByteCount: Int) -> Int {
        (byteCount + fieldByteCount + roomPerPacket - 1) / roomPerPacket
    }

    /// Takes the next octets.
    mutating func append(_ bytes: RawSpan, to output: inout ByteWriter) {
        var offset = 0
        while offset < bytes.byteCount {
            if room == 0 { openPacket(in: &output) }
            let count = min(room, bytes.byteCount - offset)
            output.write(bytes.extracting(offset..<offset + count))
            offset += count
            room -= count
        }
    }

    /// Takes a start code of four octets.
    mutating func appendStartCode(to output: inout ByteWriter) {
        for index in 0..<4 {
            if room == 0 { openPacket(in: &output) }
            output.write(UInt8(index / 3))
            room -= 1
        }
    }

    private mutating func openPacket(in output: inout ByteWriter) {
        precondition(unsent > 0, "append no more octets than were announced")
        var fieldByteCount = isFirst ? adaptation.byteCount : 0
        fieldByteCount += max(Self.roomPerPacket - fieldByteCount - unsent, 0)
        TransportPacket.write(
            pid: pid, startsUnit: isFirst, hasAdaptation: fieldByteCount > 0, hasPayload: true,
            counter: counter, to: &output)
        if isFirst {
            adaptation.write(byteCount: fieldByteCount, to: &output)
        } else {
            AdaptationField().write(byteCount: fieldByteCount, to: &output)
        }
        room = Self.roomPerPacket - fieldByteCount
        unsent -= room
        counter = (counter + 1) & 0x0F
        isFirst = false
    }

    /// What a packet's header leaves.
    static let roomPerPacket = TransportPacket.byteCount - 4
}
