public import Wire

/// Where everything lies in one RTP packet: parsed once, kept beside the packet, trivial to copy.
///
/// Offsets count from the packet's first octet.
public struct RTPLayout: Hashable, Sendable {
    /// The fixed header.
    public var header: RTPHeader
    /// What the header extension calls itself (RFC 8285 §4.2, §4.3); 0 without an extension.
    public var extensionProfile: UInt16 = 0
    /// The first octet of the extension's elements, after its own four-octet header.
    public var extensionOffset = 0
    /// How many octets of elements there are, their padding included.
    public var extensionByteCount = 0
    /// The first octet of the payload.
    public var payloadOffset: Int
    /// The payload's length; 0 in a packet that is padding alone, as bandwidth probes are.
    public var payloadByteCount: Int
    /// How many octets of padding end the packet, the count itself included.
    public var paddingByteCount = 0

    /// Finds the parts of the packet that is all of `bytes`.
    @inlinable
    public init(parsing bytes: RawSpan) throws(ParseError) {
        // By offsets, not through a reader: this runs for every packet.
        let count = bytes.byteCount
        guard count >= RTPHeader.byteCount else {
            throw .truncated(at: 0, needed: RTPHeader.byteCount &- count)
        }
        let first = bytes.unsafeLoad(fromUncheckedByteOffset: 0, as: UInt8.self)
        guard first >> 6 == 2 else { throw .invalid(field: "version", at: 0) }
        header = RTPHeader(first, fixed: bytes)
        payloadOffset = RTPHeader.byteCount &+ 4 &* Int(first & 0x0F)
        payloadByteCount = count &- payloadOffset
        guard payloadByteCount >= 0 else {
            throw .truncated(at: RTPHeader.byteCount, needed: 0 &- payloadByteCount)
        }
        if first & 0x10 != 0 { try parseExtension(bytes) }
        if first & 0x20 != 0 { try parsePadding(bytes) }
    }

    @inlinable
    mutating func parseExtension(_ bytes: RawSpan) throws(ParseError) {
        var reader = ByteReader(bytes)
        try reader.skip(payloadOffset)
        extensionProfile = try reader.readUInt16()
        extensionByteCount = try Int(reader.readUInt16()) * 4
        extensionOffset = reader.offset
        try reader.skip(extensionByteCount)
        (payloadOffset, payloadByteCount) = (reader.offset, reader.remaining)
    }

    @inlinable
    mutating func parsePadding(_ bytes: RawSpan) throws(ParseError) {
        guard payloadByteCount > 0 else { throw .truncated(at: payloadOffset, needed: 1) }
        let last = payloadOffset &+ payloadByteCount &- 1
        paddingByteCount = Int(bytes.unsafeLoad(fromUncheckedByteOffset: last, as: UInt8.self))
        guard paddingByteCount > 0, paddingByteCount <= payloadByteCount else {
            throw .invalid(field: "padding", at: last)
        }
        payloadByteCount -= paddingByteCount
    }

    /// The length of the whole packet.
    @inlinable
    public var byteCount: Int { payloadOffset + payloadByteCount + paddingByteCount }

    /// The elements of the header extension, in the order they stand in `bytes`, the packet this
    /// layout was parsed from.
    @inlinable
    @_lifetime(copy bytes)
    public func elements(in bytes: RawSpan) -> HeaderExtensionElements {
        HeaderExtensionElements(
            bytes,
            profile: extensionProfile,
            offset: extensionOffset,
            byteCount: extensionByteCount
        )
    }

    /// The first element named `id`; `nil` when the packet carries none. O(elements).
    @inlinable
    public func element(_ id: UInt8, in bytes: RawSpan) -> HeaderExtensionElement? {
        var elements = elements(in: bytes)
        while let element = elements.next() {
            if element.id == id { return element }
        }
        return nil
    }

    /// The payload without padding, lent out of `bytes`, the packet this layout was parsed from.
    @inlinable
    @_lifetime(copy bytes)
    public func payload(of bytes: RawSpan) -> RawSpan {
        bytes.extracting(payloadOffset..<payloadOffset + payloadByteCount)
    }
}
