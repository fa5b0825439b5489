import Wire

extension ByteWriter {
    /// Appends a box (ISO/IEC 14496-12 §4.2): its size, its four letters, and what `body` writes.
    mutating func box(_ type: String, _ body: (inout ByteWriter) -> Void) {
        let start = count
        write(UInt32(0))
        write(type)
        body(&self)
        patchUInt32(UInt32(count - start), at: start)
    }

    /// Appends a box with a version and flags.
    mutating func box(
        _ type: String, version: UInt8 = 0, flags: UInt32 = 0, _ body: (inout ByteWriter) -> Void
    ) {
        box(type) { writer in
            writer.write(UInt32(version) << 24 | flags)
            body(&writer)
        }
    }

    /// Appends a descriptor (ISO/IEC 14496-1 §8.3.3), at most 127 octets long.
    mutating func descriptor(_ tag: UInt8, _ body: (inout ByteWriter) -> Void) {
        write(tag)
        var content = ByteWriter()
        body(&content)
        write(UInt8(min(content.count, 127)))
        write(content.bytes)
    }

    mutating func write(zeros count: Int) { write(repeating: 0, count: count) }
}
