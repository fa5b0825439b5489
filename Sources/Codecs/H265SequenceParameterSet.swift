public import Wire

/// What an H.265 sequence parameter set says of the pictures (ITU-T H.265 §7.3.2.2), as far as
/// containers ask.
public struct H265SequenceParameterSet: Hashable, Sendable {
    /// Twelve octets as a configuration record repeats them: profile space, tier and profile,
    /// compatibility flags, constraint flags, level (§7.3.3).
    public var profileTierLevel: [UInt8]
    /// Layers of time that may be left out, and the one that may not: 1...7.
    public var temporalLayerCount: UInt8
    /// Whether a decoder may move up a layer at any picture.
    public var isTemporallyNested: Bool
    /// `sps_seq_parameter_set_id`.
    public var id: UInt32
    /// 0 monochrome, 1 4:2:0, 2 4:2:2, 3 4:4:4.
    public var chromaFormat: UInt32
    /// The picture's width after cropping, in samples.
    public var width: Int
    /// The picture's height after cropping, in samples.
    public var height: Int
    /// Bits per sample of luma.
    public var lumaBitDepth: UInt8
    /// Bits per sample of chroma.
    public var chromaBitDepth: UInt8
    /// How many pictures may be shown later than one that is decoded after them, with all layers;
    /// `nil` where the set ends before it says so.
    public var reorderedFrames: UInt32?

    /// `general_profile_idc`.
    public var profile: UInt8 { profileTierLevel[0] & 0x1F }

    /// Reads a whole NAL unit, its header of two octets included.
    public init(parsing unit: RawSpan) throws(ParseError) {
        let payload = NALUnits.rawByteSequence(of: unit)
        var reader = BitReader(payload.span.bytes)
        guard try reader.read(16) >> 9 & 0x3F == 33 else {
            throw .invalid(field: "NAL unit type", at: 0)
        }
        try reader.skip(4)
        let upperLayers = Int(try reader.read(3))
        guard upperLayers < 7 else { throw .invalid(field: "sps_max_sub_layers_minus1", at: 2) }
        temporalLayerCount = UInt8(upperLayers + 1)
        isTemporallyNested = try reader.readFlag()
        profileTierLevel = []
        for _ in 0..<12 { profileTierLevel.append(UInt8(try reader.read(8))) }
        try Self.skipLayers(upperLayers, in: &reader)
        id = try reader.readUnsignedGolomb()
        guard id < 16 else { throw .invalid(field: "sps_seq_parameter_set_id", at: 15) }
        chromaFormat = try reader.readUnsignedGolomb()
        guard chromaFormat <= 3 else { throw .invalid(field: "chroma_format_idc", at: 15) }
        if chromaFormat == 3 { try reader.skip(1) }
        let (columns, rows) = (try reader.readUnsignedGolomb(), try reader.readUnsignedGolomb())
        guard (1...65_535).contains(columns), (1...65_535).contains(rows) else {
            throw .invalid(field: "picture size", at: 15)
        }
        (width, height) = (Int(columns), Int(rows))
        if try reader.readFlag() {
            var crops: [Int] = []
            for _ in 0..<4 { crops.append(Int(try reader.readUnsignedGolomb())) }
            width -= (crops[0] + crops[1]) * (chromaFormat == 1 || chromaFormat == 2 ? 2 : 1)
            height -= (crops[2] + crops[3]) * (chromaFormat == 1 ? 2 : 1)
            guard width > 0, height > 0 else { throw .invalid(field: "conformance window", at: 15) }
        }
        let (luma, chroma) = (try reader.readUnsignedGolomb(), try reader.readUnsignedGolomb())
        guard luma <= 8, chroma <= 8 else { throw .invalid(field: "bit depth", at: 15) }
        (lumaBitDepth, chromaBitDepth) = (UInt8(luma) + 8, UInt8(chroma) + 8)
        reorderedFrames = try? Self.readReordering(upperLayers, in: &reader)
    }

    /// `sps_max_num_reorder_pics` of the highest layer (§7.3.2.2.1).
    private static func readReordering(
        _ upperLayers: Int, in reader: inout BitReader
    ) throws(ParseError) -> UInt32 {
        _ = try reader.readUnsignedGolomb()  // log2_max_pic_order_cnt_lsb_minus4
        var count: UInt32 = 0
        for _ in (try reader.readFlag() ? 0 : upperLayers)...upperLayers {
            _ = try reader.readUnsignedGolomb()
            count = try reader.readUnsignedGolomb()
            _ = try reader.readUnsignedGolomb()
        }
        return count
    }

    /// Profiles and levels of the lower layers.
    private static func skipLayers(
        _ count: Int, in reader: inout BitReader
    ) throws(ParseError) {
        guard count > 0 else { return }
        var bits = 0
        for _ in 0..<count {
            if try reader.readFlag() { bits += 88 }
            if try reader.readFlag() { bits += 8 }
        }
        try reader.skip(2 * (8 - count) + bits)
    }
}
