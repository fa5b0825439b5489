public import Wire

/// What an AV1 sequence header says of the pictures (AV1 specification §5.5), as far as containers
/// ask.
public struct AV1SequenceHeader: Hashable, Sendable {
    /// `seq_profile`, 0...2.
    public var profile: UInt8
    /// `seq_level_idx` of the first operating point.
    public var level: UInt8 = 0
    /// `seq_tier` of the first operating point.
    public var isHighTier = false
    /// Bits per sample: 8, 10 or 12.
    public var bitDepth: UInt8 = 8
    /// Whether there is luma alone.
    public var isMonochrome = false
    /// Whether chroma has half the columns of luma.
    public var isChromaHalvedAcross = true
    /// Whether chroma has half the rows of luma.
    public var isChromaHalvedDown = true
    /// `chroma_sample_position`.
    public var chromaSamplePosition: UInt8 = 0
    /// The largest picture's width in samples.
    public var width = 0
    /// The largest picture's height in samples.
    public var height = 0

    private struct DecoderModel { var delayBits = 0 }

    /// Reads the unit's payload: what follows its header and size.
    public init(parsing payload: RawSpan) throws(ParseError) {
        var reader = BitReader(payload)
        profile = UInt8(try reader.read(3))
        guard profile <= 2 else { throw .invalid(field: "seq_profile", at: 0) }
        try reader.skip(1)
        let isReduced = try reader.readFlag()
        if isReduced {
            level = UInt8(try reader.read(5))
        } else {
            try readOperatingPoints(from: &reader)
        }
        let bits = (Int(try reader.read(4)) + 1, Int(try reader.read(4)) + 1)
        width = Int(try reader.read(bits.0)) + 1
        height = Int(try reader.read(bits.1)) + 1
        if !isReduced, try reader.readFlag() { try reader.skip(7) }
        try reader.skip(3)
        if !isReduced { try Self.skipTools(in: &reader) }
        try reader.skip(3)
        try readColors(from: &reader)
    }

    private mutating func readOperatingPoints(from reader: inout BitReader) throws(ParseError) {
        var model: DecoderModel?
        if try reader.readFlag() {
            try reader.skip(64)
            if try reader.readFlag() { _ = try reader.readUnsignedGolomb() }  // uvlc
            if try reader.readFlag() {
                model = DecoderModel(delayBits: Int(try reader.read(5)) + 1)
                try reader.skip(42)
            }
        }
        let hasDisplayDelay = try reader.readFlag()
        for point in 0...(try reader.read(5)) {
            try reader.skip(12)
            let level = UInt8(try reader.read(5))
            let isHighTier = level > 7 ? try reader.readFlag() : false
            if point == 0 { (self.level, self.isHighTier) = (level, isHighTier) }
            if let model, try reader.readFlag() { try reader.skip(2 * model.delayBits + 1) }
            if hasDisplayDelay, try reader.readFlag() { try reader.skip(4) }
        }
    }

    /// What encoders may use, from compound prediction to the order hint.
    private static func skipTools(in reader: inout BitReader) throws(ParseError) {
        try reader.skip(4)
        let hasOrderHint = try reader.readFlag()
        if hasOrderHint { try reader.skip(2) }
        let choosesScreenTools = try reader.readFlag()
        let forcesScreenTools = choosesScreenTools ? true : try reader.readFlag()
        if forcesScreenTools, try !reader.readFlag() { try reader.skip(1) }
        if hasOrderHint { try reader.skip(3) }
    }

    /// `color_config` (§5.5.2).
    private mutating func readColors(from reader: inout BitReader) throws(ParseError) {
        let isHigh = try reader.readFlag()
        if isHigh { bitDepth = 10 }
        if isHigh, profile == 2, try reader.readFlag() { bitDepth = 12 }
        isMonochrome = profile == 1 ? false : try reader.readFlag()
        var isRGB = false
        if try reader.readFlag() { isRGB = try reader.read(24) == 0x01_0D00 }
        if isRGB, !isMonochrome {
            (isChromaHalvedAcross, isChromaHalvedDown) = (false, false)
            return
        }
        try reader.skip(1)
        guard !isMonochrome else { return }
        switch (profile, bitDepth) {
        case (0, _): break
        case (1, _): (isChromaHalvedAcross, isChromaHalvedDown) = (false, false)
        case (_, 12):
            isChromaHalvedAcross = try reader.readFlag()
            isChromaHalvedDown = isChromaHalvedAcross ? try reader.readFlag() : false
        default: isChromaHalvedDown = false
        }
        if isChromaHalvedAcross, isChromaHalvedDown {
            chromaSamplePosition = UInt8(try reader.read(2))
        }
    }
}
