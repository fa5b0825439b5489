public import Wire

/// The header that each frame of MPEG audio, layer III, begins with (ISO/IEC 11172-3 §2.4.1.3, and its
/// lower rates in ISO/IEC 13818-3).
///
/// ```
///  0                   1                   2                   3
/// |FFF (sync)           |ver|lay|C|bitrate|rat|P|.|mod|ext|C|O|emp|
/// ```
public struct MPEGAudioHeader: Hashable, Sendable {
    /// Samples of each channel in a second.
    public var sampleRate: Int
    /// Samples of each channel in the frame.
    public var sampleCount: Int
    /// 1 or 2.
    public var channelCount: Int
    /// The frame's length in octets, header included.
    public var frameByteCount: Int

    /// Reads the header at the start of `frame`, which need not be whole.
    public init(parsing frame: RawSpan) throws(ParseError) {
        var reader = BitReader(frame)
        guard try reader.read(11) == 0x7FF else { throw .invalid(field: "syncword", at: 0) }
        let version = Int(try reader.read(2))
        guard version != 1 else { throw .invalid(field: "version", at: 1) }
        guard try reader.read(2) == 1 else { throw .invalid(field: "layer", at: 1) }
        try reader.skip(1)
        let (bitrate, rate) = (Int(try reader.read(4)), Int(try reader.read(2)))
        // What has a bitrate of its own says no length.
        guard (1...14).contains(bitrate) else { throw .invalid(field: "bitrate_index", at: 2) }
        guard rate < 3 else { throw .invalid(field: "sampling_frequency", at: 2) }
        let padding = Int(try reader.read(1))
        try reader.skip(1)
        channelCount = try reader.read(2) == 3 ? 1 : 2
        let isFirst = version == 3
        sampleRate = Self.sampleRates[rate] >> (isFirst ? 0 : version == 2 ? 1 : 2)
        sampleCount = isFirst ? 1_152 : 576
        let kilobits = (isFirst ? Self.bitrates : Self.lowBitrates)[bitrate - 1]
        frameByteCount = sampleCount / 8 * kilobits * 1_000 / sampleRate + padding
    }

    /// Of MPEG-1; MPEG-2 has half of each, and what is called 2.5 a quarter.
    private static let sampleRates = [44_100, 48_000, 32_000]
    private static let bitrates = [
        32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320,
    ]
    private static let lowBitrates = [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160]
}
