import Codecs

/// Puts AAC frames into `MP4A-LATM` payloads (RFC 6416) whose multiplex SDP describes (`cpresent=0`): one
/// `AudioMuxElement` of one frame in a packet, or in several of one time, the last one marked.
public struct LATMPacketizer: Sendable {
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
        self.payloadByteCountLimit = max(1, payloadByteCountLimit)
    }

    /// Appends the packets of one frame to `batch`.
    ///
    /// - Parameters:
    ///   - frame: A raw frame, at least one octet.
    ///   - timestamp: When its first sample is heard, in ticks of the clock.
    ///   - batch: Where the packets go.
    public mutating func packetize(
        _ frame: RawSpan, timestamp: UInt32, into batch: inout PacketBatch
    ) {
        guard frame.byteCount > 0 else { return }
        // `PayloadLengthInfo`: octets of 255, and a last one that is less (ISO/IEC 14496-3 §1.7.3.1).
        let lengthByteCount = frame.byteCount / 255 + 1
        let whole = lengthByteCount + frame.byteCount
        let size = equalPieces(of: whole, limit: payloadByteCountLimit)
        var start = 0
        while start < whole {
            let end = min(start + size, whole)
            batch.begin(stamp.header(timestamp: timestamp, marker: end == whole))
            for place in start..<max(start, min(end, lengthByteCount)) {
                let isLast = place + 1 == lengthByteCount
                batch.append(isLast ? UInt8(frame.byteCount % 255) : 255)
            }
            let body = max(0, start - lengthByteCount)..<max(0, end - lengthByteCount)
            if !body.isEmpty { batch.append(frame.extracting(body)) }
            start = end
        }
    }
}
