public import Wire

/// What an AAC decoder must know before the first frame (ISO/IEC 14496-3 §1.6.2.1).
///
/// SDP's `config=` and MP4's `esds` carry these octets; ADTS repeats their gist before each frame.
public struct AudioSpecificConfig: Hashable, Sendable {
    /// The octets as they came or were made, for a container that stores them.
    public private(set) var bytes: [UInt8]
    /// 1 Main, 2 LC, 3 SSR, 4 LTP …: of the core, where SBR lies over it.
    public private(set) var objectType: UInt8
    /// Samples in a second of the core's output.
    public private(set) var sampleRate: Int
    /// `channelConfiguration`: 0 means "described in the stream".
    public private(set) var channelConfiguration: UInt8
    /// Samples of each channel in one frame of the core: 1024, or 960.
    public private(set) var samplesPerFrame: Int
    /// Samples in a second after spectral band replication, where the configuration announces it.
    public private(set) var extensionSampleRate: Int?

    /// An AAC-LC configuration.
    ///
    /// - Returns: `nil` for a rate that has no index or more than eight channels, or seven.
    public init?(sampleRate: Int, channelCount: Int) {
        guard let index = Self.sampleRates.firstIndex(of: sampleRate),
            let channels = Self.channelCounts.firstIndex(of: channelCount), channels > 0
        else { return nil }
        let bits = UInt16(2) << 11 | UInt16(index) << 7 | UInt16(channels) << 3
        bytes = [UInt8(truncatingIfNeeded: bits >> 8), UInt8(truncatingIfNeeded: bits)]
        (objectType, self.sampleRate, samplesPerFrame) = (2, sampleRate, 1_024)
        channelConfiguration = UInt8(channels)
    }

    /// Reads the octets of `config=` or of a decoder specific descriptor.
    public init(parsing span: RawSpan) throws(ParseError) {
        var reader = BitReader(span)
        try self.init(reading: &reader)
        bytes = span.withUnsafeBytes { Array($0) }
    }

    /// Reads a configuration that lies among other fields, and leaves `bytes` empty.
    private init(reading reader: inout BitReader) throws(ParseError) {
        var type = try Self.readObjectType(from: &reader)
        sampleRate = try Self.readSampleRate(from: &reader)
        channelConfiguration = UInt8(try reader.read(4))
        guard channelConfiguration < 8 || (11...14).contains(channelConfiguration) else {
            throw .invalid(field: "channelConfiguration", at: 1)
        }
        if type == 5 || type == 29 {  // SBR, or SBR with parametric stereo, said explicitly
            extensionSampleRate = try Self.readSampleRate(from: &reader)
            type = try Self.readObjectType(from: &reader)
        }
        objectType = type
        let isShort = Self.hasFrameLengthFlag.contains(type) ? try reader.readFlag() : false
        samplesPerFrame = isShort ? 960 : 1_024
        bytes = []
    }

    /// Reads the configuration of AAC that stands at `offset` bits into `span` and goes on to its
    /// last bit, as a multiplex has it; `bytes` begins at its first bit.
    ///
    /// - Returns: How many bits it is long; it is no other than general audio in a named layout.
    init(parsing span: RawSpan, at offset: Int, bitCount: inout Int) throws(ParseError) {
        var reader = BitReader(span)
        try reader.skip(offset)
        try self.init(reading: &reader)
        guard Self.hasFrameLengthFlag.contains(objectType), channelConfiguration > 0,
            objectType < 17
        else { throw .invalid(field: "audioObjectType", at: offset / 8) }
        if try reader.readFlag() { try reader.skip(14) }  // coreCoderDelay
        if objectType == 6 { try reader.skip(3) }  // layerNr
        guard try !reader.readFlag() else {
            throw .invalid(field: "extensionFlag", at: offset / 8)
        }
        bitCount = reader.position - offset
        var copy = BitReader(span)
        try copy.skip(offset)
        for start in stride(from: 0, to: bitCount, by: 8) {
            let width = min(8, bitCount - start)
            bytes.append(UInt8(try copy.read(width) << UInt32(8 - width)))
        }
    }

    /// Channels of the output; `nil` where only the stream says.
    public var channelCount: Int? {
        switch channelConfiguration {
        case 0: nil
        case 11: 7
        case 12, 14: 8
        case 13: 24
        default: Self.channelCounts[Int(channelConfiguration)]
        }
    }

    private static func readObjectType(from reader: inout BitReader) throws(ParseError) -> UInt8 {
        let type = try reader.read(5)
        return UInt8(type == 31 ? 32 + (try reader.read(6)) : type)
    }

    private static func readSampleRate(from reader: inout BitReader) throws(ParseError) -> Int {
        let index = Int(try reader.read(4))
        if index == 15 {
            let rate = Int(try reader.read(24))
            guard rate > 0 else { throw .invalid(field: "samplingFrequency", at: 0) }
            return rate
        }
        guard index < sampleRates.count else {
            throw .invalid(field: "samplingFrequencyIndex", at: 0)
        }
        return sampleRates[index]
    }

    /// The object types that a `GASpecificConfig` describes.
    private static let hasFrameLengthFlag: [UInt8] = [1, 2, 3, 4, 6, 7, 17, 19, 20, 21, 22, 23]

    /// Rates by their index (§1.6.3.3).
    static let sampleRates = [
        96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025,
        8_000, 7_350,
    ]

    /// Channels by configuration (§1.6.3.4).
    private static let channelCounts = [0, 1, 2, 3, 4, 5, 6, 8]
}
