public import Wire

/// How a VP9 frame begins: its uncompressed header (VP9 bitstream specification, version 0.6, §6.2).
public struct VP9FrameHeader: Hashable, Sendable {
    /// The profile, 0...3.
    public var profile: UInt8
    /// Whether the frame only shows an earlier one again, and holds nothing of its own.
    public var showsExisting = false
    /// Whether a decoder can begin with the frame.
    public var isKeyframe = false
    /// Whether the frame is to be shown.
    public var isShown = true
    /// The picture's size in samples; of key frames alone.
    public var size: (width: Int, height: Int)? {
        isKeyframe ? (Int(width) + 1, Int(height) + 1) : nil
    }

    private var width: UInt16 = 0
    private var height: UInt16 = 0

    /// Reads the start of `frame`, which need not be whole.
    public init(parsing frame: RawSpan) throws(ParseError) {
        var reader = BitReader(frame)
        guard try reader.read(2) == 2 else { throw .invalid(field: "frame_marker", at: 0) }
        let low = try reader.read(1)
        profile = UInt8(try reader.read(1) << 1 | low)
        if profile == 3 { try reader.skip(1) }
        showsExisting = try reader.readFlag()
        guard !showsExisting else { return }
        isKeyframe = try !reader.readFlag()
        isShown = try reader.readFlag()
        try reader.skip(1)  // error_resilient_mode
        guard isKeyframe else { return }
        guard try reader.read(24) == 0x49_8342 else {
            throw .invalid(field: "frame_sync_code", at: 1)
        }
        try skipColors(in: &reader)
        width = UInt16(try reader.read(16))
        height = UInt16(try reader.read(16))
    }

    /// `color_config` (§6.2.2).
    private func skipColors(in reader: inout BitReader) throws(ParseError) {
        if profile >= 2 { try reader.skip(1) }
        let isOddProfile = profile & 1 != 0
        if try reader.read(3) != 7 {  // any space but RGB
            try reader.skip(isOddProfile ? 4 : 1)
        } else if isOddProfile {
            try reader.skip(1)
        }
    }
}
