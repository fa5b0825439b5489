public import Wire

/// The header before each AAC frame of a stream that has no other place for it
/// (ISO/IEC 13818-7 §6.2, ISO/IEC 14496-3 §1.A.2).
///
/// ```
///  0                   1                   2                   3
/// |FFF (sync)             |V|0 0|A|pro|frequen|P|chann|O|H|C|S|len
/// |  frame length (13)      | buffer fullness (11)  |blk|
/// ```
public struct ADTSHeader: Hashable, Sendable {
    /// MPEG-4 audio object type, 1...4.
    public var objectType: UInt8
    /// Samples in a second.
    public var sampleRate: Int
    /// `channel_configuration`, 0...7.
    public var channelConfiguration: UInt8
    /// The frame's length in octets, header and checksum included.
    public var frameByteCount: Int
    /// The header's own length: 7, or 9 with a checksum.
    public var byteCount: Int

    /// The header for a raw frame of `payloadByteCount` octets.
    ///
    /// - Returns: `nil` when ADTS cannot say it: an object type above 4, a rate without an index,
    ///   more channels than it numbers, or a frame beyond 8 191 octets.
    public init?(_ configuration: AudioSpecificConfig, payloadByteCount: Int) {
        guard (1...4).contains(configuration.objectType), configuration.channelConfiguration < 8,
            AudioSpecificConfig.sampleRates.contains(configuration.sampleRate),
            (0...0x1FFF - Self.shortByteCount).contains(payloadByteCount)
        else { return nil }
        objectType = configuration.objectType
        sampleRate = configuration.sampleRate
        channelConfiguration = configuration.channelConfiguration
        frameByteCount = payloadByteCount + Self.shortByteCount
        byteCount = Self.shortByteCount
    }

    /// Reads the header at the start of `frame`, which need not be whole.
    public init(parsing frame: RawSpan) throws(ParseError) {
        var reader = BitReader(frame)
        guard try reader.read(12) == 0xFFF else { throw .invalid(field: "syncword", at: 0) }
        try reader.skip(1)
        guard try reader.read(2) == 0 else { throw .invalid(field: "layer", at: 1) }
        byteCount = try reader.readFlag() ? Self.shortByteCount : Self.shortByteCount + 2
        objectType = UInt8(try reader.read(2)) + 1
        let index = Int(try reader.read(4))
        guard index < AudioSpecificConfig.sampleRates.count else {
            throw .invalid(field: "sampling_frequency_index", at: 2)
        }
        sampleRate = AudioSpecificConfig.sampleRates[index]
        try reader.skip(1)
        channelConfiguration = UInt8(try reader.read(3))
        try reader.skip(4)
        frameByteCount = Int(try reader.read(13))
        try reader.skip(13)
        guard frameByteCount >= byteCount else { throw .invalid(field: "frame_length", at: 3) }
    }

    /// Appends the seven octets, without a checksum and with a variable rate's buffer fullness.
    public func write(to writer: inout ByteWriter) {
        let index = AudioSpecificConfig.sampleRates.firstIndex(of: sampleRate) ?? 15
        writer.write(UInt16(0xFFF1))
        let head =
            UInt32(objectType - 1) << 30 | UInt32(index) << 26
            | UInt32(channelConfiguration) << 22 | UInt32(frameByteCount) << 5 | 0x1F
        writer.write(head)
        writer.write(UInt8(0xFC))
    }

    private static let shortByteCount = 7
}
