import Wire

/// A PES packet that is about to be written: what is known of it before its first octet.
struct PacketizedUnit {
    let pid: UInt16
    let header: PESHeader
    /// All of it, header included.
    let byteCount: Int
    let adaptation: AdaptationField
    let counter: UInt8

    private var packetCount: Int {
        PacketCutter.packetCount(of: byteCount, fieldByteCount: adaptation.byteCount)
    }

    /// The counter of this PID's packet after the last of these.
    var nextCounter: UInt8 { UInt8(truncatingIfNeeded: Int(counter) + packetCount) & 0x0F }

    /// Appends the packets, with the octets that `body` hands over behind the header.
    func write(to output: inout ByteWriter, _ body: (inout PacketCutter) -> Void) {
        output.write(count: packetCount * TransportPacket.byteCount) { memory in
            guard let start = memory.baseAddress else { return }
            var cutter = PacketCutter(
                start, pid: pid, byteCount: byteCount, adaptation: adaptation, counter: counter)
            cutter.appendHead(header.byteCount) { header.write(to: $0) }
            body(&cutter)
        }
    }
}
