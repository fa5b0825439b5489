import Wire

/// What an index consists of: records, each with its length before it and a checksum behind it.
///
/// A flipped bit anywhere in a record is found for certain, and a torn one as good as: each step of
/// the checksum can be undone, so that two records that differ in one word never meet.
enum IndexRecord {
    /// Appends a record with what `body` writes.
    static func append(to writer: inout ByteWriter, _ body: (inout ByteWriter) -> Void) {
        let start = writer.count
        writer.write(UInt32(0))
        body(&writer)
        writer.patchUInt32(UInt32(writer.count - start - 4), at: start)
        let sum = checksum(of: writer.bytes.span.bytes.extracting(start..<writer.count))
        writer.write(sum)
    }

    /// The content of the record the reader stands at, which it leaves behind.
    @_lifetime(copy reader)
    static func read(
        from reader: inout ByteReader, isTrusted: Bool = false
    ) throws(ParseError) -> RawSpan {
        let start = reader.offset
        var copy = reader
        let length = Int(try copy.readUInt32())
        guard length <= limit else { throw .invalid(field: "record length", at: start) }
        copy = reader
        let summed = try copy.read(4 + length)
        let sum = try copy.readUInt64()
        guard isTrusted || sum == checksum(of: summed) else {
            throw .invalid(field: "record checksum", at: start)
        }
        reader = copy
        return summed.extracting(4..<summed.byteCount)
    }

    /// The content of the record that the octets end with; `nil` where they hold none that is whole.
    ///
    /// What looks like its length must be it, or the checksum would not fit: nothing before it is read.
    @_lifetime(copy bytes)
    static func last(of bytes: RawSpan) -> RawSpan? {
        let end = bytes.byteCount
        var start = end - 12
        while start >= 0 {
            let length = bytes.unsafeLoadUnaligned(
                fromUncheckedByteOffset: start, as: UInt32.self)
            if Int(UInt32(bigEndian: length)) == end - start - 12 {
                var reader = ByteReader(bytes.extracting(start..<end))
                if let content = try? read(from: &reader) { return content }
            }
            start -= 1
        }
        return nil
    }

    /// Where the next whole record begins whose content is plausible. Of that alone a checksum is reckoned,
    /// and of no more than `budget` octets in all.
    static func offset(
        ofNextIn bytes: RawSpan, budget: inout Int, where isPlausible: (RawSpan) -> Bool
    ) -> Int? {
        var offset = 0
        while offset + 12 <= bytes.byteCount, budget > 0 {
            let length = Int(
                UInt32(
                    bigEndian: bytes.unsafeLoadUnaligned(
                        fromUncheckedByteOffset: offset, as: UInt32.self)))
            if length <= min(limit, bytes.byteCount - offset - 12),
                isPlausible(bytes.extracting(offset + 4..<offset + 4 + length))
            {
                budget -= length
                var reader = ByteReader(bytes.extracting(offset..<bytes.byteCount))
                if (try? read(from: &reader)) != nil { return offset }
            }
            offset += 1
        }
        return nil
    }

    /// Eight octets a step: 50 MB take some milliseconds.
    static func checksum(of bytes: RawSpan) -> UInt64 {
        var state = seed ^ UInt64(bytes.byteCount)
        var index = 0
        while index &+ 8 <= bytes.byteCount {
            let word = bytes.unsafeLoadUnaligned(
                fromUncheckedByteOffset: index, as: UInt64.self)
            state = mixed(state ^ word.littleEndian)
            index &+= 8
        }
        var rest: UInt64 = 0
        while index < bytes.byteCount {
            rest =
                rest << 8 | UInt64(bytes.unsafeLoad(fromUncheckedByteOffset: index, as: UInt8.self))
            index &+= 1
        }
        return mixed(mixed(state ^ rest))
    }

    private static func mixed(_ state: UInt64) -> UInt64 {
        let product = state &* 0x9E37_79B9_7F4A_7C15
        return product ^ product >> 29
    }

    /// So that nothing at all is no record.
    private static let seed: UInt64 = 0x736C_7569_6365_2E69

    /// Octets of the longest record: a part of many thousand samples.
    private static let limit = 1 << 24
}
