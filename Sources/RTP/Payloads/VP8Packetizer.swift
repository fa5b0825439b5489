import Wire

/// Cuts VP8 frames into payloads of one length (RFC 7741), the last at most a few octets shorter, each
/// with the picture's number in fifteen bits.
public struct VP8Packetizer: Sendable {
    /// The number that the next packet gets.
    public var sequenceNumber: UInt16 { stamp.sequenceNumber }
    /// The number of the next picture, modulo 2^15.
    public private(set) var pictureID: UInt16

    private var stamp: PacketStamp
    private let payloadByteCountLimit: Int

    /// - Parameters:
    ///   - payloadType: What SDP calls the format.
    ///   - ssrc: The stream.
    ///   - sequenceNumber: The first packet's number.
    ///   - pictureID: The first picture's number.
    ///   - payloadByteCountLimit: Octets of the largest payload, behind the RTP header.
    public init(
        payloadType: UInt8, ssrc: UInt32, sequenceNumber: UInt16, pictureID: UInt16 = 0,
        payloadByteCountLimit: Int = 1_200
    ) {
        stamp = PacketStamp(payloadType: payloadType, ssrc: ssrc, sequenceNumber: sequenceNumber)
        self.pictureID = pictureID & 0x7FFF
        self.payloadByteCountLimit = payloadByteCountLimit
    }

    /// Appends the packets of one frame to `batch`, the last one marked.
    ///
    /// - Parameters:
    ///   - frame: The frame, at least one octet.
    ///   - timestamp: When it is shown, in ticks of 90 kHz.
    ///   - isReference: Whether a later frame may need it.
    ///   - batch: Where the packets go.
    public mutating func packetize(
        _ frame: RawSpan, timestamp: UInt32, isReference: Bool = true,
        into batch: inout PacketBatch
    ) {
        guard frame.byteCount > 0 else { return }
        let size = equalPieces(
            of: frame.byteCount, limit: payloadByteCountLimit - Self.descriptorByteCount)
        var start = 0
        while start < frame.byteCount {
            let end = min(start + size, frame.byteCount)
            batch.begin(stamp.header(timestamp: timestamp))
            let flags: UInt8 = 0x80 | (isReference ? 0 : 0x20) | (start == 0 ? 0x10 : 0)
            batch.append(flags)
            batch.append(0x80 as UInt8)
            batch.append(0x8000 | pictureID)
            batch.append(frame.extracting(start..<end))
            start = end
        }
        batch.markLast()
        pictureID = (pictureID &+ 1) & 0x7FFF
    }

    private static let descriptorByteCount = 4
}
