import Wire

/// The frame that all tables of a program share (ISO/IEC 13818-1 §2.4.4): table, length,
/// identifier, version, body, checksum.
struct TableSection: ~Escapable {
    let identifier: UInt16
    let version: UInt8

    /// At the body, without the checksum.
    var reader: ByteReader

    @_lifetime(copy section)
    init(parsing section: RawSpan, tableID: UInt8) throws(ParseError) {
        var head = ByteReader(section)
        guard try head.readUInt8() == tableID else { throw .invalid(field: "table_id", at: 0) }
        let length = Int(try head.readUInt16() & 0x0FFF)
        guard length >= 9 else { throw .invalid(field: "section_length", at: 1) }
        identifier = try head.readUInt16()
        version = try head.readUInt8() >> 1 & 0x1F
        try head.skip(2)
        reader = ByteReader(try head.read(length - 9))
    }

    /// The octets of a section that is the only one of its table, in force now.
    static func bytes(
        tableID: UInt8, identifier: UInt16, version: UInt8, body: [UInt8]
    ) -> [UInt8] {
        var writer = ByteWriter(capacity: body.count + 12)
        writer.write(tableID)
        writer.write(UInt16(0xB000 | body.count + 9))
        writer.write(identifier)
        writer.write(0xC1 | (version & 0x1F) << 1)
        writer.write(UInt16(0))
        writer.write(body)
        writer.write(CRC32MPEG.checksum(of: writer.bytes.span.bytes))
        return writer.bytes
    }
}

/// The checksum of tables (ISO/IEC 13818-1 annex A): polynomial 04C11DB7, from all ones, neither
/// reflected nor inverted. Over a whole section with its checksum it is zero.
enum CRC32MPEG {
    static func checksum(of bytes: RawSpan) -> UInt32 {
        var register = UInt32.max
        for index in 0..<bytes.byteCount {
            let octet = bytes.unsafeLoad(fromUncheckedByteOffset: index, as: UInt8.self)
            register ^= UInt32(octet) << 24
            for _ in 0..<8 {
                register = register << 1 ^ (register & 0x8000_0000 == 0 ? 0 : 0x04C1_1DB7)
            }
        }
        return register
    }
}
