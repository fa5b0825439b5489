import Testing
import Wire

@Suite struct ByteReaderTests {
    @Test func `reads big-endian fields front to back`() throws {
        let bytes: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18]
        var reader = ByteReader(bytes.span.bytes)
        #expect(try reader.readUInt8() == 0x01)
        #expect(try reader.readUInt16() == 0x0203)
        #expect(try reader.readUInt24() == 0x04_0506)
        #expect(try reader.readUInt32() == 0x0708_090A)
        #expect(try reader.readUInt64() == 0x0B0C_0D0E_0F10_1112)
        #expect(reader.remaining == 0)
    }

    @Test(arguments: 0..<4) func `a cut field throws where it starts and consumes nothing`(
        count: Int
    ) {
        let bytes = [UInt8](repeating: 7, count: count)
        var reader = ByteReader(bytes.span.bytes)
        #expect(throws: ParseError.truncated(at: 0, needed: 4 - count)) {
            try reader.readUInt32()
        }
        #expect(reader.offset == 0)
        #expect(reader.remaining == count)
    }

    @Test func `a negative length is refused`() {
        let bytes: [UInt8] = [1, 2, 3]
        var reader = ByteReader(bytes.span.bytes)
        #expect(throws: ParseError.invalid(field: "length", at: 0)) { try reader.skip(-1) }
    }

    @Test func `lends out a stretch without copying it`() throws {
        let bytes: [UInt8] = [9, 8, 7, 6]
        var reader = ByteReader(bytes.span.bytes)
        try reader.skip(1)
        let middle = try reader.read(2)
        #expect(middle.byteCount == 2)
        #expect(middle.unsafeLoad(fromByteOffset: 0, as: UInt8.self) == 8)
        #expect(reader.readRest().byteCount == 1)
    }
}
