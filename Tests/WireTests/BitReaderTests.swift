import Testing
import Wire

@Suite struct BitReaderTests {
    @Test func `reads fields across octets, most significant bit first`() throws {
        let bytes: [UInt8] = [0b1010_0101, 0xFF, 0x00, 0x12, 0x34]
        var reader = BitReader(bytes.span.bytes)
        #expect(try reader.read(3) == 0b101)
        #expect(try reader.readFlag() == false)
        #expect(try reader.read(8) == 0x5F)
        try reader.skip(4)
        #expect(try reader.read(24) == 0x1234)
        #expect(reader.remaining == 0)
    }

    /// H.264 §9.1, table 9-2, and the longest codes.
    static let codes: [(bits: String, value: UInt32)] = [
        ("1", 0), ("010", 1), ("011", 2), ("00100", 3), ("00111", 6), ("0001000", 7),
        (String(repeating: "0", count: 16) + "1" + String(repeating: "0", count: 16), 65_535),
        (String(repeating: "0", count: 31) + String(repeating: "1", count: 32), .max - 1),
    ]

    @Test(arguments: codes) func `reads Exp-Golomb codes`(bits: String, value: UInt32) throws {
        let bytes = Self.octets(bits)
        var reader = BitReader(bytes.span.bytes)
        #expect(try reader.readUnsignedGolomb() == value)
        #expect(reader.position == bits.count)
    }

    @Test(arguments: [(0, 0), (1, 1), (2, -1), (3, 2), (4, -2)] as [(UInt32, Int32)])
    func `signed codes alternate`(code: UInt32, value: Int32) throws {
        let digits = String(code + 1, radix: 2)
        let bytes = Self.octets(String(repeating: "0", count: digits.count - 1) + digits)
        var reader = BitReader(bytes.span.bytes)
        #expect(try reader.readSignedGolomb() == value)
    }

    @Test func `a read beyond the end, or of no length that is one, changes nothing`() {
        let bytes: [UInt8] = [0, 0, 0, 0, 1]
        var reader = BitReader(bytes.span.bytes)
        #expect(throws: ParseError.self) { try reader.read(33) }
        #expect(throws: ParseError.self) { try reader.skip(41) }
        #expect(throws: ParseError.self) { try reader.readUnsignedGolomb() }
        #expect(reader.position == 0)
        let short: [UInt8] = [0x01]
        var second = BitReader(short.span.bytes)
        #expect(throws: ParseError.self) { try second.readUnsignedGolomb() }
        #expect(second.position == 0)
    }

    static func octets(_ bits: String) -> [UInt8] {
        var bytes: [UInt8] = []
        for (index, bit) in bits.enumerated() {
            if index % 8 == 0 { bytes.append(0) }
            if bit == "1" { bytes[index / 8] |= 0x80 >> UInt8(index % 8) }
        }
        return bytes
    }
}
