import Codecs

/// Puts AAC frames into `mpeg4-generic` payloads of mode AAC-hbr (RFC 3640 §3.3.6): several in a packet,
/// or one too large in several.
public struct AACPacketizer: Sendable {
    /// The number that the next packet gets.
    public var sequenceNumber: UInt16 { stamp.sequenceNumber }

    private var stamp: PacketStamp
    private let payloadByteCountLimit: Int

    /// - Parameters:
    ///   - payloadType: What SDP calls the format.
    ///   - ssrc: The stream.
    ///   - sequenceNumber: The first packet's number.
    ///   - payloadByteCountLimit: Octets of the largest payload, behind the RTP header.
    public init(
        payloadType: UInt8, ssrc: UInt32, sequenceNumber: UInt16,
        payloadByteCountLimit: Int = 1_200
    ) {
        stamp = PacketStamp(payloadType: payloadType, ssrc: ssrc, sequenceNumber: sequenceNumber)
        self.payloadByteCountLimit = max(8, payloadByteCountLimit)
    }

    /// Appends the packets of one frame to `batch`.
    ///
    /// - Parameters:
    ///   - frame: A raw frame of 1...8 191 octets.
    ///   - timestamp: When its first sample is heard, in ticks of the clock.
    ///   - batch: Where the packets go.
    /// - Returns: Whether the frame can be sent; if not, nothing is appended.
    @discardableResult
    public mutating func packetize(
        _ frame: RawSpan, timestamp: UInt32, into batch: inout PacketBatch
    ) -> Bool {
        guard (1...Self.frameLimit).contains(frame.byteCount) else { return false }
        let size = equalPieces(of: frame.byteCount, limit: payloadByteCountLimit - 4)
        var start = 0
        while start < frame.byteCount {
            let end = min(start + size, frame.byteCount)
            batch.begin(stamp.header(timestamp: timestamp, marker: end == frame.byteCount))
            batch.append(16 as UInt16)
            batch.append(UInt16(frame.byteCount) << 3)  // of the whole frame in each (§3.2.3.1)
            batch.append(frame.extracting(start..<end))
            start = end
        }
        return true
    }

    /// Appends one packet of several frames to `batch`.
    ///
    /// - Parameters:
    ///   - frames: Raw frames that follow each other in time, back to back.
    ///   - lengths: How long each is, in octets.
    ///   - timestamp: When the first sample is heard, in ticks of the clock.
    ///   - batch: Where the packet goes.
    /// - Returns: Whether they fit into one packet; if not, nothing is appended.
    @discardableResult
    public mutating func packetize(
        _ frames: RawSpan, lengths: [Int], timestamp: UInt32, into batch: inout PacketBatch
    ) -> Bool {
        guard !lengths.isEmpty, lengths.reduce(0, +) == frames.byteCount,
            lengths.allSatisfy({ (1...Self.frameLimit).contains($0) }),
            2 + 2 * lengths.count + frames.byteCount <= payloadByteCountLimit
        else { return false }
        batch.begin(stamp.header(timestamp: timestamp, marker: true))
        batch.append(UInt16(16 * lengths.count))
        for length in lengths { batch.append(UInt16(length) << 3) }
        batch.append(frames)
        return true
    }

    /// What thirteen bits can say.
    private static let frameLimit = 8_191
}
