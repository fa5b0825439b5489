import Wire

extension ByteWriter {
    /// Appends a box (ISO/IEC 14496-12 §4.2): its size, its four letters, and what `body` writes.
    mutating func box(_ type: StaticString, _ body: (inout ByteWriter) -> Void) {
        let start = count
        write(UInt32(0))
        write(boxType(type))
        body(&self)
        patchUInt32(UInt32(count - start), at: start)
    }

    /// Appends a box with a version and flags.
    mutating func box(
        _ type: StaticString, version: UInt8 = 0, flags: UInt32 = 0,
        _ body: (inout ByteWriter) -> Void
    ) {
        box(type) { writer in
            writer.write(UInt32(version) << 24 | flags)
            body(&writer)
        }
    }

    /// Appends a descriptor (ISO/IEC 14496-1 §8.3.3), its length in as many octets as that needs.
    mutating func descriptor(_ tag: UInt8, _ body: (inout ByteWriter) -> Void) {
        write(tag)
        var content = ByteWriter()
        body(&content)
        for place in (0..<4).reversed() where place == 0 || content.count >> (7 * place) > 0 {
            let bits = UInt8(truncatingIfNeeded: content.count >> (7 * place)) & 0x7F
            write(place == 0 ? bits : bits | 0x80)
        }
        write(content.bytes)
    }

    mutating func write(zeros count: Int) { write(repeating: 0, count: count) }
}
