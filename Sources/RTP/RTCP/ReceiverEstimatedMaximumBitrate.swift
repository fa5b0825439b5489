public import Wire

/// REMB: how much a receiver believes it can receive (draft-alvestrand-rmcat-remb-03 §2.2).
///
/// ```
/// |                        'R' 'E' 'M' 'B'                        |
/// |   SSRC count  |   exponent  |            mantissa             |
/// |                          SSRC, each                           |
/// ```
public struct ReceiverEstimatedMaximumBitrate: Hashable, Sendable {
    /// Who estimates.
    public var senderSSRC: UInt32
    /// Bits a second, headers included. The wire keeps its 18 highest bits.
    public var bitsPerSecond: UInt64
    /// The streams the estimate covers, at most 255.
    public var ssrcs: [UInt32]

    /// An estimate as it will stand on the wire.
    public init(senderSSRC: UInt32, bitsPerSecond: UInt64, ssrcs: [UInt32]) {
        (self.senderSSRC, self.bitsPerSecond, self.ssrcs) = (senderSSRC, bitsPerSecond, ssrcs)
    }

    /// `nil` for another application's layer feedback.
    init?(parsing reader: inout ByteReader) throws(ParseError) {
        senderSSRC = try reader.readUInt32()
        try reader.skip(4)
        (bitsPerSecond, ssrcs) = (0, [])
        guard reader.remaining >= 4, try reader.readUInt32() == Self.identifier else { return nil }
        let count = try Int(reader.readUInt8())
        let word = try reader.readUInt24()
        let (exponent, mantissa) = (UInt64(word >> 18), UInt64(word & 0x3_FFFF))
        let shifted = mantissa << exponent
        guard shifted >> exponent == mantissa else {
            throw .invalid(field: "exponent", at: reader.offset - 3)
        }
        bitsPerSecond = shifted
        for _ in 0..<count { ssrcs.append(try reader.readUInt32()) }
    }

    /// Appends the packet. The bitrate is rounded down to what the wire can say; only the first
    /// 255 streams are named.
    public func write(to writer: inout ByteWriter) {
        let ssrcs = ssrcs.prefix(255)
        let exponent = max(0, 46 - bitsPerSecond.leadingZeroBitCount)
        let mantissa = UInt32(truncatingIfNeeded: bitsPerSecond >> UInt64(exponent))
        writer.writeRTCP(.payloadFeedback, count: Int(Self.format)) { writer in
            writer.write(senderSSRC)
            writer.write(UInt32(0))
            writer.write(Self.identifier)
            writer.write(UInt8(ssrcs.count))
            writer.writeUInt24(UInt32(exponent) << 18 | mantissa)
            for ssrc in ssrcs { writer.write(ssrc) }
        }
    }

    static let format: UInt8 = 15
    private static let identifier: UInt32 = 0x5245_4D42
}
