public import Wire

/// The fixed RTP header (RFC 3550 §5.1), read in place and written in place.
///
/// ```
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |V=2|P|X|  CC   |M|     PT      |       sequence number         |
/// |                           timestamp                           |
/// |                             SSRC                              |
/// ```
public struct RTPHeader: Hashable, Sendable {
    /// Whether the packet ends in padding whose last octet counts it.
    public var hasPadding: Bool
    /// Whether a header extension follows the sources.
    public var hasExtension: Bool
    /// The payload's own mark: for video the last packet of a frame.
    public var marker: Bool
    /// What the payload is, 0...127, named by SDP.
    public var payloadType: UInt8
    /// Counts packets, modulo 2^16.
    public var sequenceNumber: UInt16
    /// The sampling instant in ticks of the payload's clock, modulo 2^32.
    public var timestamp: UInt32
    /// The stream this packet belongs to.
    public var ssrc: UInt32

    /// A header as it will stand on the wire.
    @inlinable
    public init(
        payloadType: UInt8,
        sequenceNumber: UInt16,
        timestamp: UInt32,
        ssrc: UInt32,
        marker: Bool = false
    ) {
        (hasPadding, hasExtension) = (false, false)
        (self.marker, self.payloadType) = (marker, payloadType & 0x7F)
        self.sequenceNumber = sequenceNumber
        self.timestamp = timestamp
        self.ssrc = ssrc
    }

    /// Reads the header and steps over the contributing sources: a forwarder has no use for them.
    @inlinable
    public init(parsing reader: inout ByteReader) throws(ParseError) {
        let start = reader.offset
        // One check for all twelve octets: this runs for every packet.
        let bytes = try reader.read(Self.byteCount)
        let first = bytes.unsafeLoad(fromUncheckedByteOffset: 0, as: UInt8.self)
        guard first >> 6 == 2 else { throw .invalid(field: "version", at: start) }
        self.init(first, fixed: bytes)
        if first & 0x0F != 0 { try reader.skip(4 &* Int(first & 0x0F)) }
    }

    /// Reads the twelve octets at the front of `bytes`, of which `first` is the first.
    @inlinable
    @inline(__always)
    init(_ first: UInt8, fixed bytes: RawSpan) {
        let second = bytes.unsafeLoad(fromUncheckedByteOffset: 1, as: UInt8.self)
        (hasPadding, hasExtension) = (first & 0x20 != 0, first & 0x10 != 0)
        (marker, payloadType) = (second & 0x80 != 0, second & 0x7F)
        sequenceNumber = UInt16(
            bigEndian: bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: 2, as: UInt16.self))
        timestamp = UInt32(
            bigEndian: bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: 4, as: UInt32.self))
        ssrc = UInt32(
            bigEndian: bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: 8, as: UInt32.self))
    }

    /// Writes twelve octets without contributing sources, and returns twelve.
    @inlinable
    @discardableResult
    public func write(to out: UnsafeMutableRawPointer) -> Int {
        let flags: UInt8 = 0x80 | (hasPadding ? 0x20 : 0) | (hasExtension ? 0x10 : 0)
        out.storeBytes(of: flags, as: UInt8.self)
        out.storeBytes(of: (marker ? 0x80 : 0) | payloadType, toByteOffset: 1, as: UInt8.self)
        out.storeBytes(of: sequenceNumber.bigEndian, toByteOffset: 2, as: UInt16.self)
        out.storeBytes(of: timestamp.bigEndian, toByteOffset: 4, as: UInt32.self)
        out.storeBytes(of: ssrc.bigEndian, toByteOffset: 8, as: UInt32.self)
        return Self.byteCount
    }

    /// Writes padding behind a payload: zeros, and last their count (§5.1). Set `hasPadding` too.
    ///
    /// - Parameters:
    ///   - byteCount: How many octets, 1...255.
    ///   - out: Room for them.
    /// - Returns: `byteCount`.
    @inlinable
    @discardableResult
    public static func writePadding(_ byteCount: UInt8, to out: UnsafeMutableRawPointer) -> Int {
        precondition(byteCount > 0, "padding counts itself: at least one octet")
        let zeros = Int(byteCount) &- 1
        out.initializeMemory(as: UInt8.self, repeating: 0, count: zeros)
        out.storeBytes(of: byteCount, toByteOffset: zeros, as: UInt8.self)
        return Int(byteCount)
    }

    /// The length of a header without contributing sources.
    public static let byteCount = 12
}
