public import Wire

/// What an H.264 sequence parameter set says of the pictures (ITU-T H.264 §7.3.2.1).
public struct H264SequenceParameterSet: Hashable, Sendable {
    /// `profile_idc`, the constraint flags and `level_idc`, as `profile-level-id` writes them.
    public var profileLevel: UInt32
    /// `seq_parameter_set_id`.
    public var id: UInt32
    /// 0 monochrome, 1 4:2:0, 2 4:2:2, 3 4:4:4.
    public var chromaFormat: UInt32 = 1
    /// Bits per sample of luma and of chroma.
    public var bitDepths: (luma: UInt8, chroma: UInt8) {
        (UInt8(truncatingIfNeeded: depths >> 8), UInt8(truncatingIfNeeded: depths))
    }
    /// The picture's width after cropping, in samples.
    public var width = 0
    /// The picture's height after cropping, in samples.
    public var height = 0
    /// How many pictures may come before one that is shown earlier: 0 means no B-frames' delay.
    /// `nil` when the set does not say.
    public var reorderedFrames: UInt32?
    /// Ticks in a second and ticks in a field, where the set gives them.
    public var timing: Timing?

    /// The clock of the pictures (§E.2.1).
    public struct Timing: Hashable, Sendable {
        /// `num_units_in_tick`: half a frame lasts this long.
        public var unitsInTick: UInt32
        /// `time_scale`: units in a second.
        public var timeScale: UInt32
    }

    private var depths: UInt16 = 0x0808

    /// Reads a whole NAL unit, its header octet included.
    public init(parsing unit: RawSpan) throws(ParseError) {
        let payload = NALUnits.rawByteSequence(of: unit)
        var reader = BitReader(payload.span.bytes)
        guard try reader.read(8) & 0x1F == 7 else { throw .invalid(field: "NAL unit type", at: 0) }
        profileLevel = try reader.read(24)
        id = try reader.readUnsignedGolomb()
        guard id < 32 else { throw .invalid(field: "seq_parameter_set_id", at: 4) }
        if Self.profilesWithChroma.contains(UInt8(profileLevel >> 16)) {
            try readChroma(from: &reader)
        }
        try Self.skipOrder(in: &reader)
        try readSize(from: &reader)
        // What follows describes; a set that breaks off here still decodes.
        if let flag = try? reader.readFlag(), flag { try? readUsability(from: &reader) }
    }

    private mutating func readChroma(from reader: inout BitReader) throws(ParseError) {
        chromaFormat = try reader.readUnsignedGolomb()
        guard chromaFormat <= 3 else { throw .invalid(field: "chroma_format_idc", at: 4) }
        if chromaFormat == 3 { try reader.skip(1) }
        let (luma, chroma) = (try reader.readUnsignedGolomb(), try reader.readUnsignedGolomb())
        guard luma <= 6, chroma <= 6 else { throw .invalid(field: "bit depth", at: 4) }
        depths = UInt16(luma + 8) << 8 | UInt16(chroma + 8)
        try reader.skip(1)
        guard try reader.readFlag() else { return }
        for list in 0..<(chromaFormat == 3 ? 12 : 8) where try reader.readFlag() {
            try Self.skipScalingList(of: list < 6 ? 16 : 64, in: &reader)
        }
    }

    private static func skipScalingList(
        of count: Int, in reader: inout BitReader
    ) throws(ParseError) {
        var (last, next): (Int32, Int32) = (8, 8)
        for _ in 0..<count {
            if next != 0 { next = (last &+ (try reader.readSignedGolomb())) & 0xFF }
            if next != 0 { last = next }
        }
    }

    /// Frame numbers and picture order: nothing here asks for them.
    private static func skipOrder(in reader: inout BitReader) throws(ParseError) {
        _ = try reader.readUnsignedGolomb()
        switch try reader.readUnsignedGolomb() {
        case 0:
            _ = try reader.readUnsignedGolomb()
        case 1:
            try reader.skip(1)
            _ = (try reader.readSignedGolomb(), try reader.readSignedGolomb())
            let count = try reader.readUnsignedGolomb()
            guard count < 256 else { throw .invalid(field: "picture order cycle", at: 4) }
            for _ in 0..<count { _ = try reader.readSignedGolomb() }
        default:
            break
        }
        _ = try reader.readUnsignedGolomb()
        try reader.skip(1)
    }

    private mutating func readSize(from reader: inout BitReader) throws(ParseError) {
        let columns = try reader.readUnsignedGolomb()
        let rows = try reader.readUnsignedGolomb()
        guard columns < 4_096, rows < 4_096 else { throw .invalid(field: "picture size", at: 4) }
        let areFramesOnly = try reader.readFlag()
        if !areFramesOnly { try reader.skip(1) }
        try reader.skip(1)
        let fields = areFramesOnly ? 1 : 2
        width = Int(columns + 1) * 16
        height = Int(rows + 1) * 16 * fields
        guard try reader.readFlag() else { return }
        var crops: [Int] = []
        for _ in 0..<4 { crops.append(Int(try reader.readUnsignedGolomb())) }
        width -= (crops[0] + crops[1]) * (chromaFormat == 1 || chromaFormat == 2 ? 2 : 1)
        height -= (crops[2] + crops[3]) * (chromaFormat == 1 ? 2 : 1) * fields
        guard width > 0, height > 0 else { throw .invalid(field: "cropping", at: 4) }
    }

    /// Video usability (§E.1.1), as far as the number of reordered frames.
    private mutating func readUsability(from reader: inout BitReader) throws(ParseError) {
        if try reader.readFlag(), try reader.read(8) == 255 { try reader.skip(32) }
        if try reader.readFlag() { try reader.skip(1) }
        if try reader.readFlag() {
            try reader.skip(4)
            if try reader.readFlag() { try reader.skip(24) }
        }
        if try reader.readFlag() {
            _ = (try reader.readUnsignedGolomb(), try reader.readUnsignedGolomb())
        }
        if try reader.readFlag() {
            let units = try reader.read(32)
            timing = Timing(unitsInTick: units, timeScale: try reader.read(32))
            try reader.skip(1)
        }
        let hasNAL = try reader.readFlag()
        if hasNAL { try Self.skipReferenceDecoder(in: &reader) }
        let hasVCL = try reader.readFlag()
        if hasVCL { try Self.skipReferenceDecoder(in: &reader) }
        if hasNAL || hasVCL { try reader.skip(1) }
        try reader.skip(1)
        guard try reader.readFlag() else { return }
        try reader.skip(1)
        for _ in 0..<4 { _ = try reader.readUnsignedGolomb() }
        reorderedFrames = try reader.readUnsignedGolomb()
    }

    private static func skipReferenceDecoder(in reader: inout BitReader) throws(ParseError) {
        let count = try reader.readUnsignedGolomb()
        guard count < 32 else { throw .invalid(field: "cpb_cnt", at: 4) }
        try reader.skip(8)
        for _ in 0...count {
            _ = (try reader.readUnsignedGolomb(), try reader.readUnsignedGolomb())
            try reader.skip(1)
        }
        try reader.skip(20)
    }

    /// Profiles whose sets name a chroma format (§7.3.2.1.1).
    private static let profilesWithChroma: [UInt8] = [
        100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135,
    ]
}
