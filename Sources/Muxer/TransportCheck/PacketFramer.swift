import Wire

/// Finds packets in a stream of octets that arrives in pieces of any length, and finds back where
/// the sync bytes are lost. Keeps at most what two packets need.
struct PacketFramer {
    /// What stands next in the stream. Offsets count from its first octet.
    enum Piece: Equatable {
        /// A whole packet, now in `packet`.
        case packet(at: Int)
        /// A packet whose sync byte alone is wrong; stepped over.
        case wrongSyncByte(at: Int)
        /// Octets without any order, up to the next packet.
        case lost(at: Int, byteCount: Int)
    }

    private var buffer: [UInt8] = []
    private var head = 0
    private var headOffset = 0

    /// The last whole packet found.
    private(set) var packet: [UInt8] = []

    mutating func append(_ bytes: RawSpan) {
        buffer.removeFirst(head)
        head = 0
        bytes.withUnsafeBytes { buffer.append(contentsOf: $0) }
    }

    /// The next piece; `nil` until more octets come.
    mutating func next() -> Piece? {
        guard buffer.count - head >= Self.length else { return nil }
        if buffer[head] == TransportPacket.syncByte {
            packet.removeAll(keepingCapacity: true)
            packet.append(contentsOf: buffer[head..<head + Self.length])
            return .packet(at: skip(Self.length))
        }
        guard buffer.count - head > Self.length else { return nil }
        if buffer[head + Self.length] == TransportPacket.syncByte {
            return .wrongSyncByte(at: skip(Self.length))
        }
        return nextLost()
    }

    /// Whether octets are left that make no packet.
    var restByteCount: Int { buffer.count - head }

    private mutating func nextLost() -> Piece {
        var candidate = head + 1
        while candidate < buffer.count {
            let following = candidate + Self.length
            if buffer[candidate] == TransportPacket.syncByte,
                following >= buffer.count || buffer[following] == TransportPacket.syncByte
            {
                break
            }
            candidate += 1
        }
        let count = candidate - head
        return .lost(at: skip(count), byteCount: count)
    }

    private mutating func skip(_ count: Int) -> Int {
        defer {
            head += count
            headOffset += count
        }
        return headOffset
    }

    private static let length = TransportPacket.byteCount
}
