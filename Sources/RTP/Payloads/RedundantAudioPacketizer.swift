/// Sends each frame of sound again in the packets behind it (RFC 2198), as browsers take it for Opus: a
/// lost packet then costs nothing if one of the next comes.
public struct RedundantAudioPacketizer: Sendable {
    /// The number that the next packet gets.
    public var sequenceNumber: UInt16 { stamp.sequenceNumber }

    private struct Frame {
        var timestamp: UInt32
        var bytes: [UInt8]
    }

    private let payloadType: UInt8
    private let generations: Int
    private let payloadByteCountLimit: Int
    private var stamp: PacketStamp
    private var sent: [Frame] = []  // oldest first

    /// - Parameters:
    ///   - redundancyPayloadType: What SDP calls the redundant format, `red`.
    ///   - payloadType: What SDP calls the format inside.
    ///   - ssrc: The stream.
    ///   - sequenceNumber: The first packet's number.
    ///   - generations: How many earlier frames each packet repeats.
    ///   - payloadByteCountLimit: Octets of the largest payload; older frames give way.
    public init(
        redundancyPayloadType: UInt8, payloadType: UInt8, ssrc: UInt32, sequenceNumber: UInt16,
        generations: Int = 1, payloadByteCountLimit: Int = 1_200
    ) {
        stamp = PacketStamp(
            payloadType: redundancyPayloadType, ssrc: ssrc, sequenceNumber: sequenceNumber)
        (self.payloadType, self.generations) = (payloadType & 0x7F, max(0, generations))
        self.payloadByteCountLimit = payloadByteCountLimit
    }

    /// Appends the packet of one frame, and of those before it, to `batch`.
    ///
    /// - Parameters:
    ///   - frame: The frame, at least one octet.
    ///   - timestamp: When it is heard, in ticks of its clock.
    ///   - marker: Whether sound begins again after silence that was not sent.
    ///   - batch: Where the packet goes.
    public mutating func packetize(
        _ frame: RawSpan, timestamp: UInt32, marker: Bool = false, into batch: inout PacketBatch
    ) {
        guard frame.byteCount > 0 else { return }
        var room = payloadByteCountLimit - 1 - frame.byteCount
        var first = sent.count
        while first > 0, fits(sent[first - 1], timestamp, room) {
            first -= 1
            room -= sent[first].bytes.count + 4
        }
        batch.begin(stamp.header(timestamp: timestamp, marker: marker))
        for older in sent[first...] {
            let age = UInt16(truncatingIfNeeded: timestamp &- older.timestamp)
            batch.append(0x80 | payloadType)
            batch.append(age << 2 | UInt16(older.bytes.count >> 8))
            batch.append(UInt8(truncatingIfNeeded: older.bytes.count))
        }
        batch.append(payloadType)
        for older in sent[first...] { batch.append(older.bytes.span.bytes) }
        batch.append(frame)
        remember(frame, timestamp)
    }

    /// Ten bits for the length, fourteen for the age (RFC 2198 §3).
    private func fits(_ older: Frame, _ timestamp: UInt32, _ room: Int) -> Bool {
        older.bytes.count < 1_024 && older.bytes.count + 4 <= room
            && (1..<16_384).contains(timestamp &- older.timestamp)
    }

    private mutating func remember(_ frame: RawSpan, _ timestamp: UInt32) {
        guard generations > 0 else { return }
        var memory = sent.count == generations ? sent.removeFirst().bytes : []
        memory.removeAll(keepingCapacity: true)
        frame.withUnsafeBytes { memory.append(contentsOf: $0) }
        sent.append(Frame(timestamp: timestamp, bytes: memory))
    }
}
