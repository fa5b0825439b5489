/// Packets that wait for their owner, and the memory of those that have gone.
struct OpusPacketQueue {
    private let limit: Int
    private var packets: [OpusPacket] = []
    private var spares: [[UInt8]] = []

    init(limit: Int) { self.limit = max(1, limit) }

    /// Takes a packet in; `false` when the oldest had to go for it.
    mutating func append(_ packet: OpusPacket) -> Bool {
        let hasRoom = packets.count < limit
        if !hasRoom { recycle(packets.removeFirst().bytes) }
        packets.append(packet)
        return hasRoom
    }

    mutating func popFirst() -> OpusPacket? { packets.isEmpty ? nil : packets.removeFirst() }

    /// Memory to write the next packet to.
    mutating func takeSpare() -> [UInt8] { spares.popLast() ?? [] }

    mutating func recycle(_ bytes: [UInt8]) {
        if spares.count < Self.spareLimit { spares.append(bytes) }
    }

    private static let spareLimit = 16
}
