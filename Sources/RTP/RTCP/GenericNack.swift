public import Wire

/// Generic NACK: which packets of a stream are missing (RFC 4585 §6.2.1).
///
/// ```
/// |      first missing (PID)      |  the sixteen after it (BLP)  |
/// ```
public struct GenericNack: Hashable, Sendable {
    /// One entry: a missing packet, and which of the sixteen after it are missing too.
    public struct Entry: Hashable, Sendable {
        /// The first missing packet (PID).
        public var packetID: UInt16
        /// The packets after it, the nearest in the lowest bit (BLP).
        public var bitmask: UInt16

        /// An entry as the wire has it.
        public init(packetID: UInt16, bitmask: UInt16) {
            (self.packetID, self.bitmask) = (packetID, bitmask)
        }

        /// Calls `body` with each missing sequence number, oldest first. Allocates nothing.
        @inlinable
        public func forEachLost(_ body: (UInt16) -> Void) {
            body(packetID)
            var rest = bitmask
            while rest != 0 {
                body(packetID &+ 1 &+ UInt16(truncatingIfNeeded: rest.trailingZeroBitCount))
                rest &= rest &- 1
            }
        }
    }

    /// Who is missing them.
    public var senderSSRC: UInt32
    /// The stream they are missing from.
    public var mediaSSRC: UInt32
    /// What is missing.
    public var entries: [Entry]

    /// A request for `lost`, sequence numbers in sending order, packed into as few entries as their
    /// distances allow.
    public init(senderSSRC: UInt32, mediaSSRC: UInt32, lost: some Sequence<UInt16>) {
        (self.senderSSRC, self.mediaSSRC, entries) = (senderSSRC, mediaSSRC, [])
        for sequenceNumber in lost {
            let distance = entries.last.map { sequenceNumber &- $0.packetID } ?? 0
            switch distance {
            case 1...16 where !entries.isEmpty:
                entries[entries.count - 1].bitmask |= 1 << (distance - 1)
            case 0 where !entries.isEmpty:
                continue
            default:
                entries.append(Entry(packetID: sequenceNumber, bitmask: 0))
            }
        }
    }

    /// A request from a list of entries as they stand.
    public init(senderSSRC: UInt32, mediaSSRC: UInt32, entries: [Entry]) {
        (self.senderSSRC, self.mediaSSRC, self.entries) = (senderSSRC, mediaSSRC, entries)
    }

    init(parsing reader: inout ByteReader) throws(ParseError) {
        senderSSRC = try reader.readUInt32()
        mediaSSRC = try reader.readUInt32()
        entries = []
        repeat {
            entries.append(
                Entry(packetID: try reader.readUInt16(), bitmask: try reader.readUInt16())
            )
        } while !reader.isAtEnd
    }

    /// Every missing sequence number, in the entries' order.
    public var lost: [UInt16] {
        var lost: [UInt16] = []
        for entry in entries { entry.forEachLost { lost.append($0) } }
        return lost
    }

    /// Appends the packet.
    public func write(to writer: inout ByteWriter) {
        writer.writeRTCP(.transportFeedback, count: Int(Self.format)) { writer in
            writer.write(senderSSRC)
            writer.write(mediaSSRC)
            for entry in entries {
                writer.write(entry.packetID)
                writer.write(entry.bitmask)
            }
        }
    }

    static let format: UInt8 = 1
}
