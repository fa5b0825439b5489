import Wire

/// Writes big-endian numbers one behind the other into memory that is there for all of them: a table whose
/// length is known costs one growth of the buffer, not one for each entry.
struct TableCursor {
    private var place: UnsafeMutableRawPointer
    private var room: Int

    fileprivate init(_ memory: UnsafeMutableRawBufferPointer, _ start: UnsafeMutableRawPointer) {
        (place, room) = (start, memory.count)
    }

    /// Writes the next number.
    mutating func write<Number: FixedWidthInteger & BitwiseCopyable>(_ number: Number) {
        let count = MemoryLayout<Number>.size
        precondition(room >= count, "a table is as long as it was said to be")
        place.storeBytes(of: number.bigEndian, as: Number.self)
        place += count
        room &-= count
    }

    /// Writes what an MP4 box begins with: its size, its four letters, its version and flags.
    mutating func writeBox(_ type: StaticString, byteCount: Int, version: UInt8, flags: UInt32 = 0)
    {
        writeBox(type, byteCount: byteCount)
        write(UInt32(version) << 24 | flags)
    }

    /// Writes the size and the four letters of an MP4 box.
    mutating func writeBox(_ type: StaticString, byteCount: Int) {
        write(UInt32(truncatingIfNeeded: byteCount))
        write(boxType(type))
    }
}

/// A box's name, four letters, as one number.
func boxType(_ type: StaticString) -> UInt32 {
    precondition(type.utf8CodeUnitCount == 4, "a box's name has four letters")
    return UInt32(bigEndian: UnsafeRawPointer(type.utf8Start).loadUnaligned(as: UInt32.self))
}

extension ByteWriter {
    /// Appends `count` octets, all of which `body` writes.
    mutating func table(byteCount: Int, _ body: (inout TableCursor) -> Void) {
        write(count: byteCount) { memory in
            guard let start = memory.baseAddress else { return }
            var cursor = TableCursor(memory, start)
            body(&cursor)
        }
    }
}
