public import Wire

/// What a VP8 key frame says of the pictures from it on (RFC 6386 §9.1).
public struct VP8KeyframeHeader: Hashable, Sendable {
    /// The picture's width in samples, not scaled.
    public var width: Int
    /// The picture's height in samples, not scaled.
    public var height: Int

    /// A header of pictures of this size.
    public init(width: Int, height: Int) { (self.width, self.height) = (width, height) }

    /// Reads the first ten octets of a frame; any other frame than a key frame is refused.
    public init(parsing frame: RawSpan) throws(ParseError) {
        var reader = ByteReader(frame)
        guard try reader.readUInt8() & 1 == 0 else { throw .invalid(field: "frame type", at: 0) }
        try reader.skip(2)
        guard try reader.readUInt24() == 0x9D_012A else {
            throw .invalid(field: "start code", at: 3)
        }
        width = Int(try reader.readUInt16().byteSwapped & 0x3FFF)
        height = Int(try reader.readUInt16().byteSwapped & 0x3FFF)
        guard width > 0, height > 0 else { throw .invalid(field: "picture size", at: 6) }
    }
}
