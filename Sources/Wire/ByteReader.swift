/// Reads big-endian fields from borrowed bytes, front to back, without copying or allocating.
///
/// A value parses itself from a reader: `init(parsing reader: inout ByteReader) throws(ParseError)`.
/// Every read checks its bounds and moves on; a failed read leaves the reader where it was.
public struct ByteReader: ~Escapable {
    @usableFromInline let bytes: RawSpan

    @usableFromInline var position = 0

    /// Bytes consumed so far; the offset an error reports.
    @inlinable
    public var offset: Int { position }

    /// Borrows `bytes` for the reader's lifetime.
    @inlinable
    @_lifetime(copy bytes)
    public init(_ bytes: RawSpan) { self.bytes = bytes }

    /// Bytes not yet consumed.
    @inlinable
    public var remaining: Int { bytes.byteCount &- offset }

    /// Whether every byte has been consumed.
    @inlinable
    public var isAtEnd: Bool { remaining == 0 }

    /// Reads one octet.
    @inlinable
    public mutating func readUInt8() throws(ParseError) -> UInt8 {
        let start = try take(1)
        return bytes.unsafeLoad(fromUncheckedByteOffset: start, as: UInt8.self)
    }

    /// Reads two octets, most significant first.
    @inlinable
    public mutating func readUInt16() throws(ParseError) -> UInt16 {
        let start = try take(2)
        return UInt16(
            bigEndian: bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: start, as: UInt16.self)
        )
    }

    /// Reads three octets, most significant first.
    @inlinable
    public mutating func readUInt24() throws(ParseError) -> UInt32 {
        guard remaining >= 3 else { throw .truncated(at: offset, needed: 3 - remaining) }
        return try UInt32(readUInt8()) << 16 | UInt32(readUInt16())
    }

    /// Reads four octets, most significant first.
    @inlinable
    public mutating func readUInt32() throws(ParseError) -> UInt32 {
        let start = try take(4)
        return UInt32(
            bigEndian: bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: start, as: UInt32.self)
        )
    }

    /// Reads eight octets, most significant first.
    @inlinable
    public mutating func readUInt64() throws(ParseError) -> UInt64 {
        let start = try take(8)
        return UInt64(
            bigEndian: bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: start, as: UInt64.self)
        )
    }

    /// Consumes `count` octets and lends them out, uncopied.
    @inlinable
    @_lifetime(copy self)
    public mutating func read(_ count: Int) throws(ParseError) -> RawSpan {
        let start = try take(count)
        return bytes.extracting(start..<start &+ count)
    }

    /// Consumes all that is left and lends it out, uncopied.
    @inlinable
    @_lifetime(copy self)
    public mutating func readRest() -> RawSpan {
        let start = offset
        position = bytes.byteCount
        return bytes.extracting(start..<bytes.byteCount)
    }

    /// Consumes `count` octets unread.
    @inlinable
    public mutating func skip(_ count: Int) throws(ParseError) { _ = try take(count) }

    /// The octet `distance` after the next one, not consumed.
    @inlinable
    public func peekUInt8(ahead distance: Int = 0) throws(ParseError) -> UInt8 {
        guard distance >= 0 else { throw .invalid(field: "length", at: offset) }
        guard remaining > distance else {
            throw .truncated(at: offset, needed: distance &- remaining &+ 1)
        }
        return bytes.unsafeLoad(fromUncheckedByteOffset: offset &+ distance, as: UInt8.self)
    }

    @inlinable
    mutating func take(_ count: Int) throws(ParseError) -> Int {
        guard count >= 0 else { throw .invalid(field: "length", at: offset) }
        guard remaining >= count else { throw .truncated(at: offset, needed: count - remaining) }
        let start = offset
        position = start &+ count
        return start
    }
}
