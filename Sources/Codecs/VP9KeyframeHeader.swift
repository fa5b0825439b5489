public import Wire

/// What a VP9 key frame says of the pictures from it on (VP9 bitstream specification §6.2).
public struct VP9KeyframeHeader: Hashable, Sendable {
    /// 0...3.
    public var profile: UInt8
    /// Bits per sample: 8, 10 or 12.
    public var bitDepth: UInt8
    /// `color_space`: 0 unknown, 1 BT.601, 2 BT.709, 7 sRGB …
    public var colorSpace: UInt8
    /// Whether samples use the whole range of their bits.
    public var isFullRange: Bool
    /// Whether chroma has half the columns of luma.
    public var isChromaHalvedAcross: Bool
    /// Whether chroma has half the rows of luma.
    public var isChromaHalvedDown: Bool
    /// The picture's width in samples.
    public var width: Int
    /// The picture's height in samples.
    public var height: Int

    /// A header of 8-bit 4:2:0 pictures of this size.
    public init(profile: UInt8 = 0, width: Int, height: Int) {
        (self.profile, self.width, self.height) = (profile, width, height)
        (bitDepth, colorSpace, isFullRange) = (8, 0, false)
        (isChromaHalvedAcross, isChromaHalvedDown) = (true, true)
    }

    /// Reads the head of a frame, or of a superframe's first; any other frame than a key frame is
    /// refused.
    public init(parsing frame: RawSpan) throws(ParseError) {
        var reader = BitReader(frame)
        guard try reader.read(2) == 2 else { throw .invalid(field: "frame_marker", at: 0) }
        let low = try reader.read(1)
        profile = UInt8(try reader.read(1) << 1 | low)
        if profile == 3 { try reader.skip(1) }
        guard try !reader.readFlag() else { throw .invalid(field: "show_existing_frame", at: 0) }
        guard try !reader.readFlag() else { throw .invalid(field: "frame_type", at: 0) }
        try reader.skip(2)
        guard try reader.read(24) == 0x49_8342 else {
            throw .invalid(field: "frame_sync_code", at: 1)
        }
        bitDepth = 8
        if profile >= 2 { bitDepth = try reader.readFlag() ? 12 : 10 }
        colorSpace = UInt8(try reader.read(3))
        isFullRange = colorSpace == 7
        (isChromaHalvedAcross, isChromaHalvedDown) = (profile & 1 == 0, profile & 1 == 0)
        if colorSpace != 7 { isFullRange = try reader.readFlag() }
        if profile & 1 == 1 {
            if colorSpace != 7 {
                isChromaHalvedAcross = try reader.readFlag()
                isChromaHalvedDown = try reader.readFlag()
            }
            try reader.skip(1)
        }
        width = Int(try reader.read(16)) + 1
        height = Int(try reader.read(16)) + 1
    }
}
