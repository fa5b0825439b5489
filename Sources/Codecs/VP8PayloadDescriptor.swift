public import Wire

/// What stands before every VP8 payload (RFC 7741 §4.2), with the places a forwarder rewrites.
///
/// ```
///      0 1 2 3 4 5 6 7
///     +-+-+-+-+-+-+-+-+
///     |X|R|N|S|R| PID |  required
///  X: |I|L|T|K|  RSV  |
///  I: |M| PictureID   |  7 bits, or with M 15 in two octets
///  L: |   TL0PICIDX   |
/// T/K:|TID|Y| KEYIDX  |
/// ```
/// Offsets count from the payload's first octet. An offset of zero means the field is absent.
public struct VP8PayloadDescriptor: Hashable, Sendable {
    /// Whether no other frame needs this one.
    public var isNonReference: Bool
    /// Whether the payload begins a partition.
    public var isPartitionStart: Bool
    /// The partition, 0...7; 0 holds the frame's own header.
    public var partitionIndex: UInt8
    /// The frame's number, modulo 2^7 or 2^15; `nil` when the sender does not count.
    public var pictureID: UInt16?
    /// Where `pictureID` stands.
    public var pictureIDOffset = 0
    /// Whether `pictureID` has 15 bits and takes two octets.
    public var isPictureIDLong = false
    /// Counts the frames of temporal layer 0, modulo 2^8; `nil` when the sender does not.
    public var tl0PictureIndex: UInt8?
    /// Where `tl0PictureIndex` stands.
    public var tl0PictureIndexOffset = 0
    /// The temporal layer, 0...3; `nil` when the sender does not say.
    public var temporalLayer: UInt8?
    /// Whether this frame needs layer 0 alone: a place to switch up (Y).
    public var isLayerSync = false
    /// The refreshing of golden and alternative frames, modulo 32; `nil` when not sent.
    public var keyIndex: UInt8?
    /// Where the octet of temporal layer and key index stands.
    public var layerOffset = 0
    /// The length of the descriptor; the VP8 payload follows.
    public var byteCount: Int

    /// Reads the descriptor at the front of `payload`.
    @inlinable
    public init(parsing payload: RawSpan) throws(ParseError) {
        var reader = ByteReader(payload)
        let first = try reader.readUInt8()
        isNonReference = first & 0x20 != 0
        isPartitionStart = first & 0x10 != 0
        partitionIndex = first & 0x07
        byteCount = 1
        guard first & 0x80 != 0 else { return }
        try parseExtension(&reader)
        byteCount = reader.offset
    }

    @inlinable
    mutating func parseExtension(_ reader: inout ByteReader) throws(ParseError) {
        let flags = try reader.readUInt8()
        if flags & 0x80 != 0 {
            pictureIDOffset = reader.offset
            isPictureIDLong = try reader.peekUInt8() & 0x80 != 0
            pictureID =
                isPictureIDLong
                ? try reader.readUInt16() & 0x7FFF : try UInt16(reader.readUInt8())
        }
        if flags & 0x40 != 0 {
            tl0PictureIndexOffset = reader.offset
            tl0PictureIndex = try reader.readUInt8()
        }
        guard flags & 0x30 != 0 else { return }
        layerOffset = reader.offset
        let layer = try reader.readUInt8()
        if flags & 0x20 != 0 { (temporalLayer, isLayerSync) = (layer >> 6, layer & 0x20 != 0) }
        if flags & 0x10 != 0 { keyIndex = layer & 0x1F }
    }

    /// Whether the payload begins a frame: the first partition's first packet.
    @inlinable
    public var isFrameStart: Bool { isPartitionStart && partitionIndex == 0 }

    /// Writes the picture's new numbers over the old, in a copy of the payload at `payload`.
    ///
    /// A field the descriptor lacks stays absent; a short picture number stays short.
    @inlinable
    public func rewrite(
        pictureID: UInt16,
        tl0PictureIndex: UInt8,
        in payload: UnsafeMutableRawPointer
    ) {
        if pictureIDOffset != 0 {
            if isPictureIDLong {
                let value = (pictureID | 0x8000).bigEndian
                payload.storeBytes(of: value, toByteOffset: pictureIDOffset, as: UInt16.self)
            } else {
                let value = UInt8(truncatingIfNeeded: pictureID & 0x7F)
                payload.storeBytes(of: value, toByteOffset: pictureIDOffset, as: UInt8.self)
            }
        }
        if tl0PictureIndexOffset != 0 {
            payload.storeBytes(
                of: tl0PictureIndex,
                toByteOffset: tl0PictureIndexOffset,
                as: UInt8.self
            )
        }
    }

    /// Whether `payload` begins a key frame (RFC 7741 §4.3, P).
    @inlinable
    public static func isKeyframe(payload: RawSpan) -> Bool {
        guard let descriptor = try? VP8PayloadDescriptor(parsing: payload),
            descriptor.isFrameStart, payload.byteCount > descriptor.byteCount
        else { return false }
        let offset = descriptor.byteCount
        return payload.unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self) & 0x01 == 0
    }
}
