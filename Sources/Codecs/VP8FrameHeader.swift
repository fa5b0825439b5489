public import Wire

/// How a VP8 frame begins (RFC 6386 §9.1).
public struct VP8FrameHeader: Hashable, Sendable {
    /// Whether a decoder can begin with the frame.
    public var isKeyframe: Bool
    /// Whether the frame is to be shown.
    public var isShown: Bool
    /// The picture's size in samples; of key frames alone.
    public var size: (width: Int, height: Int)? {
        isKeyframe ? (Int(width), Int(height)) : nil
    }

    private var width: UInt16 = 0
    private var height: UInt16 = 0

    /// Reads the start of `frame`, which need not be whole.
    public init(parsing frame: RawSpan) throws(ParseError) {
        var reader = ByteReader(frame)
        let tag = try reader.readUInt8()
        try reader.skip(2)
        (isKeyframe, isShown) = (tag & 0x01 == 0, tag & 0x10 != 0)
        guard isKeyframe else { return }
        guard try reader.readUInt24() == 0x9D_012A else {
            throw .invalid(field: "start code", at: 3)
        }
        width = try reader.readUInt16().byteSwapped & 0x3FFF
        height = try reader.readUInt16().byteSwapped & 0x3FFF
    }
}
