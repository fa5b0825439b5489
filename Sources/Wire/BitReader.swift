/// Reads fields of single bits from borrowed bytes, most significant bit first.
///
/// A failed read leaves the reader where it was. For headers and parameter sets, not for payloads.
public struct BitReader: ~Escapable {
    private let bytes: RawSpan

    /// Bits consumed so far.
    public private(set) var position = 0

    /// Borrows `bytes` for the reader's lifetime.
    @_lifetime(copy bytes)
    public init(_ bytes: RawSpan) { self.bytes = bytes }

    /// Bits not yet consumed.
    public var remaining: Int { bytes.byteCount * 8 - position }

    /// Reads the next `count` bits, at most 32, as one number.
    public mutating func read(_ count: Int) throws(ParseError) -> UInt32 {
        guard (0...32).contains(count) else { throw .invalid(field: "bit count", at: position / 8) }
        guard count <= remaining else {
            throw .truncated(at: position / 8, needed: (count - remaining + 7) / 8)
        }
        var value: UInt32 = 0
        for index in position..<position + count { value = value << 1 | bit(at: index) }
        position += count
        return value
    }

    /// Reads one bit as a flag.
    public mutating func readFlag() throws(ParseError) -> Bool { try read(1) == 1 }

    /// Consumes `count` bits unread.
    public mutating func skip(_ count: Int) throws(ParseError) {
        guard count >= 0 else { throw .invalid(field: "bit count", at: position / 8) }
        guard count <= remaining else {
            throw .truncated(at: position / 8, needed: (count - remaining + 7) / 8)
        }
        position += count
    }

    /// Reads an unsigned Exp-Golomb code, `ue(v)` (H.264 §9.1), of at most 32 bits' value.
    public mutating func readUnsignedGolomb() throws(ParseError) -> UInt32 {
        var zeros = 0
        while zeros < min(remaining, 32), bit(at: position + zeros) == 0 { zeros += 1 }
        guard zeros < 32 else { throw .invalid(field: "Golomb code", at: position / 8) }
        guard 2 * zeros < remaining else {
            throw .truncated(at: position / 8, needed: (2 * zeros + 1 - remaining + 7) / 8)
        }
        position += zeros
        return try read(zeros + 1) - 1
    }

    /// Reads a signed Exp-Golomb code, `se(v)` (H.264 §9.1.1).
    public mutating func readSignedGolomb() throws(ParseError) -> Int32 {
        let code = try readUnsignedGolomb()
        let magnitude = Int32(truncatingIfNeeded: (UInt64(code) + 1) / 2)
        return code % 2 == 1 ? magnitude : 0 &- magnitude
    }

    private func bit(at index: Int) -> UInt32 {
        let octet = bytes.unsafeLoad(fromUncheckedByteOffset: index / 8, as: UInt8.self)
        return UInt32(octet >> (7 - UInt8(index % 8)) & 1)
    }
}
