import Wire

extension ByteWriter {
    /// Appends an element (RFC 8794 §4): its identifier, its length in four octets, and what `body`
    /// writes.
    mutating func element(_ id: ElementID, _ body: (inout ByteWriter) -> Void) {
        write(id)
        let start = count
        write(UInt32(0))
        body(&self)
        patchUInt32(Self.sizeMark | UInt32(count - start - 4), at: start)
    }

    /// Appends an element whose content has less than 127 octets.
    mutating func smallElement(_ id: ElementID, _ body: (inout ByteWriter) -> Void) {
        var content = ByteWriter(capacity: 64)
        body(&content)
        write(id)
        write(UInt8(0x80 | content.count))
        write(content.bytes)
    }

    /// Appends nothing that counts, of so many octets in all, five at least.
    mutating func void(byteCount: Int) {
        write(ElementID.void)
        write(length: byteCount - 5)
        write(zeros: byteCount - 5)
    }

    /// Appends an element with an unsigned number in as many octets as it needs.
    mutating func element(_ id: ElementID, _ value: UInt64) {
        write(id)
        let octets = max((64 - value.leadingZeroBitCount + 7) / 8, 1)
        write(UInt8(0x80 | octets))
        for shift in stride(from: (octets - 1) * 8, through: 0, by: -8) {
            write(UInt8(truncatingIfNeeded: value >> UInt64(shift)))
        }
    }

    /// Appends an element with a text.
    mutating func element(_ id: ElementID, _ text: String) {
        element(id) { $0.write(text) }
    }

    /// Appends an element with a number of eight octets that is not whole.
    mutating func element(_ id: ElementID, float value: Double) {
        write(id)
        write(UInt8(0x88))
        write(value.bitPattern)
    }

    /// Appends an identifier, whose own first bits say how long it is.
    mutating func write(_ id: ElementID) {
        let octets = (32 - id.rawValue.leadingZeroBitCount + 7) / 8
        for shift in stride(from: (octets - 1) * 8, through: 0, by: -8) {
            write(UInt8(truncatingIfNeeded: id.rawValue >> UInt32(shift)))
        }
    }

    /// Appends a length of four octets.
    mutating func write(length: Int) { write(Self.sizeMark | UInt32(length)) }

    private static let sizeMark: UInt32 = 0x1000_0000
}
