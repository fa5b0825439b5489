public import Wire

/// The octet every Opus packet begins with (RFC 6716 §3.1): how much sound it holds.
public struct OpusTOC: Hashable, Sendable {
    /// Mode, bandwidth and frame length, 0...31 (RFC 6716 §3.1, table 2).
    public var configuration: UInt8
    /// Whether the packet holds two channels.
    public var isStereo: Bool
    /// How many frames the packet holds, 1...48.
    public var frameCount: Int

    /// Reads the first octet of `packet`, and the second where it counts the frames.
    @inlinable
    public init(parsing packet: RawSpan) throws(ParseError) {
        var reader = ByteReader(packet)
        let octet = try reader.readUInt8()
        configuration = octet >> 3
        isStereo = octet & 0x04 != 0
        switch octet & 0x03 {
        case 0: frameCount = 1
        case 1, 2: frameCount = 2
        default: frameCount = try Int(reader.readUInt8() & 0x3F)
        }
        // More than 120 ms is no Opus packet (RFC 6716 §3.2.5, R5).
        guard frameCount > 0, durationMicroseconds <= 120_000 else {
            throw .invalid(field: "frame count", at: 1)
        }
    }

    /// The length of one frame in microseconds, 2 500...60 000.
    @inlinable
    public var frameMicroseconds: Int {
        switch configuration {
        case 0..<12:  // SILK: 10, 20, 40, 60 ms
            configuration & 3 == 3 ? 60_000 : 10_000 << Int(configuration & 3)
        case 12..<16:  // hybrid: 10, 20 ms
            10_000 << Int(configuration & 1)
        default:  // CELT: 2.5, 5, 10, 20 ms
            2_500 << Int(configuration & 3)
        }
    }

    /// The length of the whole packet in microseconds.
    @inlinable
    public var durationMicroseconds: Int { frameMicroseconds * frameCount }

    /// The length of the whole packet in ticks of the RTP timestamp, 48 000 a second.
    @inlinable
    public var durationTicks: UInt32 { UInt32(durationMicroseconds * 48 / 1_000) }
}
