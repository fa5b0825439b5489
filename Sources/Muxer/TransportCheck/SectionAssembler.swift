import Wire

/// Puts the sections of one PID together from its packets' payloads (ISO/IEC 13818-1 §2.4.4).
struct SectionAssembler {
    private var buffer: [UInt8] = []
    private var isSynchronised = false

    /// Takes a payload, and gives the sections that it completes, their checksums unchecked.
    mutating func receive(_ payload: RawSpan, startsUnit: Bool) -> [[UInt8]] {
        var reader = ByteReader(payload)
        var sections: [[UInt8]] = []
        if startsUnit {
            guard let pointer = try? reader.readUInt8(), let tail = try? reader.read(Int(pointer))
            else {
                isSynchronised = false
                return []
            }
            if isSynchronised {
                append(tail)
                sections = takeComplete()
            }
            buffer.removeAll(keepingCapacity: true)
            isSynchronised = true
        }
        guard isSynchronised else { return sections }
        append(reader.readRest())
        return sections + takeComplete()
    }

    private mutating func append(_ bytes: RawSpan) {
        bytes.withUnsafeBytes { buffer.append(contentsOf: $0) }
    }

    private mutating func takeComplete() -> [[UInt8]] {
        var sections: [[UInt8]] = []
        while buffer.count >= 3 {
            guard buffer[0] != 0xFF else {  // nothing but stuffing follows
                buffer.removeAll(keepingCapacity: true)
                isSynchronised = false
                break
            }
            let length = 3 + (Int(buffer[1] & 0x0F) << 8 | Int(buffer[2]))
            guard buffer.count >= length else { break }
            sections.append(Array(buffer[..<length]))
            buffer.removeFirst(length)
        }
        return sections
    }
}
