public import Wire

/// What stands before every VP9 payload (RFC 9628 §4.2).
///
/// ```
///      0 1 2 3 4 5 6 7
///     +-+-+-+-+-+-+-+-+
///     |I|P|L|F|B|E|V|Z|  required
///  I: |M| PICTURE ID  |  7 bits, or with M 15 in two octets
///  L: | TID |U| SID |D|
///     |   TL0PICIDX   |  only without F
/// P,F:|   P_DIFF    |N|  up to three
///  V: |      SS …     |
/// ```
public struct VP9PayloadDescriptor: Hashable, Sendable {
    /// Whether this frame is predicted from earlier ones (P).
    public var isInterPredicted: Bool
    /// Whether each frame names the frames it needs (F).
    public var isFlexible: Bool
    /// Whether the payload begins a layer's frame (B).
    public var isFrameStart: Bool
    /// Whether the payload ends a layer's frame (E).
    public var isFrameEnd: Bool
    /// Whether the frame is no reference for higher spatial layers (Z).
    public var isNotReferencedUpwards: Bool
    /// Whether the packet carries the scalability structure (V).
    public var hasScalabilityStructure: Bool
    /// The picture's number, modulo 2^7 or 2^15; `nil` when the sender does not count.
    public var pictureID: UInt16?
    /// Where `pictureID` stands, counted from the payload's first octet; 0 when absent.
    public var pictureIDOffset = 0
    /// Whether `pictureID` has 15 bits and takes two octets.
    public var isPictureIDLong = false
    /// The temporal layer, 0...7; `nil` when the sender does not say.
    public var temporalLayer: UInt8?
    /// Whether a receiver may switch up to this temporal layer here (U).
    public var isSwitchingPoint = false
    /// The spatial layer, 0...7; `nil` when the sender does not say.
    public var spatialLayer: UInt8?
    /// Whether the frame needs the layer below of the same picture (D).
    public var usesInterLayerPrediction = false
    /// Counts the frames of temporal layer 0, modulo 2^8; `nil` when not sent.
    public var tl0PictureIndex: UInt8?
    /// Where `tl0PictureIndex` stands; 0 when absent.
    public var tl0PictureIndexOffset = 0
    /// The length of the descriptor; the VP9 payload follows.
    public var byteCount = 0

    /// Reads the descriptor at the front of `payload`.
    @inlinable
    public init(parsing payload: RawSpan) throws(ParseError) {
        var reader = ByteReader(payload)
        let first = try reader.readUInt8()
        isInterPredicted = first & 0x40 != 0
        isFlexible = first & 0x10 != 0
        isFrameStart = first & 0x08 != 0
        isFrameEnd = first & 0x04 != 0
        hasScalabilityStructure = first & 0x02 != 0
        isNotReferencedUpwards = first & 0x01 != 0
        if first & 0x80 != 0 { try parsePictureID(&reader) }
        if first & 0x20 != 0 { try parseLayers(&reader) }
        if isFlexible && isInterPredicted { try Self.skipReferences(&reader) }
        if hasScalabilityStructure { try Self.skipScalabilityStructure(&reader) }
        byteCount = reader.offset
    }

    @inlinable
    mutating func parsePictureID(_ reader: inout ByteReader) throws(ParseError) {
        pictureIDOffset = reader.offset
        isPictureIDLong = try reader.peekUInt8() & 0x80 != 0
        pictureID =
            isPictureIDLong ? try reader.readUInt16() & 0x7FFF : try UInt16(reader.readUInt8())
    }

    @inlinable
    mutating func parseLayers(_ reader: inout ByteReader) throws(ParseError) {
        let layers = try reader.readUInt8()
        (temporalLayer, isSwitchingPoint) = (layers >> 5, layers & 0x10 != 0)
        (spatialLayer, usesInterLayerPrediction) = (layers >> 1 & 0x07, layers & 0x01 != 0)
        guard !isFlexible else { return }
        tl0PictureIndexOffset = reader.offset
        tl0PictureIndex = try reader.readUInt8()
    }

    @inlinable
    static func skipReferences(_ reader: inout ByteReader) throws(ParseError) {
        for _ in 0..<3 where try reader.readUInt8() & 0x01 == 0 { return }
        // A third difference that announces a fourth is one too many.
        throw .invalid(field: "P_DIFF", at: reader.offset - 1)
    }

    @inlinable
    static func skipScalabilityStructure(_ reader: inout ByteReader) throws(ParseError) {
        let flags = try reader.readUInt8()
        let layerCount = Int(flags >> 5) + 1
        if flags & 0x10 != 0 { try reader.skip(layerCount * 4) }
        guard flags & 0x08 != 0 else { return }
        for _ in 0..<(try reader.readUInt8()) {
            let references = try reader.readUInt8() >> 2 & 0x03
            try reader.skip(Int(references))
        }
    }

    /// Whether `payload` begins a key frame: predicted from nothing, in the lowest spatial layer.
    @inlinable
    public static func isKeyframe(payload: RawSpan) -> Bool {
        guard let descriptor = try? VP9PayloadDescriptor(parsing: payload) else { return false }
        return !descriptor.isInterPredicted && descriptor.isFrameStart
            && descriptor.spatialLayer ?? 0 == 0 && payload.byteCount > descriptor.byteCount
    }
}
