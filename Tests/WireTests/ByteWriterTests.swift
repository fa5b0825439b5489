import Testing
import Wire

@Suite struct ByteWriterTests {
    @Test func `writes big-endian fields front to back`() {
        var writer = ByteWriter(capacity: 18)
        writer.write(UInt8(1))
        writer.write(UInt16(0x0203))
        writer.writeUInt24(0xFF04_0506)
        writer.write(UInt32(0x0708_090A))
        writer.write(UInt64(0x0B0C_0D0E_0F10_1112))
        #expect(writer.bytes == Array(1...18))
        #expect(writer.count == 18)
    }

    @Test func `what was written the reader reads`() throws {
        for value in [0, 1, 127, 128, 32767, 32768, 65535] as [UInt16] {
            var writer = ByteWriter()
            writer.write(value)
            writer.writeUInt24(UInt32(value) << 8)
            writer.write(UInt32(value) << 16)
            writer.write(UInt64(value) << 48)
            let bytes = writer.bytes
            var reader = ByteReader(bytes.span.bytes)
            #expect(try reader.readUInt16() == value)
            #expect(try reader.readUInt24() == UInt32(value) << 8)
            #expect(try reader.readUInt32() == UInt32(value) << 16)
            #expect(try reader.readUInt64() == UInt64(value) << 48)
            #expect(reader.remaining == 0)
        }
    }

    @Test func `text, arrays and spans go in as they are`() {
        var writer = ByteWriter()
        writer.write("aé")
        writer.write([1, 2] as [UInt8])
        let bytes: [UInt8] = [3, 4]
        writer.write(bytes.span.bytes)
        #expect(writer.bytes == [0x61, 0xC3, 0xA9, 1, 2, 3, 4])
    }

    @Test(arguments: 0..<9) func `pads to the next boundary and not beyond it`(count: Int) {
        var writer = ByteWriter()
        writer.write([UInt8](repeating: 9, count: count))
        writer.pad(to: 4)
        #expect(writer.count == (count + 3) / 4 * 4)
        #expect(writer.bytes[count...].allSatisfy { $0 == 0 })
    }

    @Test func `a patch replaces two octets in their place`() {
        var writer = ByteWriter()
        writer.write([1, 2, 3, 4] as [UInt8])
        writer.patch(0xABCD, at: 1)
        #expect(writer.bytes == [1, 0xAB, 0xCD, 4])
    }

    @Test func `peeking consumes nothing and stops at the end`() throws {
        let bytes: [UInt8] = [1, 2]
        let reader = ByteReader(bytes.span.bytes)
        #expect(try reader.peekUInt8() == 1)
        #expect(try reader.peekUInt8(ahead: 1) == 2)
        #expect(throws: ParseError.truncated(at: 0, needed: 1)) { try reader.peekUInt8(ahead: 2) }
        #expect(throws: ParseError.self) { try reader.peekUInt8(ahead: -1) }
        #expect(throws: ParseError.self) { try reader.peekUInt8(ahead: .max) }
    }
}
