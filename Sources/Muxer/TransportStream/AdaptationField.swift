import Wire

/// What stands between a transport packet's header and its payload (ISO/IEC 13818-1 §2.4.3.4).
public struct AdaptationField: Hashable, Sendable {
    /// The clock or the counters may jump here.
    public var isDiscontinuity = false
    /// A decoder can begin with the payload that starts here.
    public var isRandomAccess = false
    /// The program clock reference in ticks of 27 MHz, below 300 · 2^33.
    public var programClockReference: Int64?

    /// A field that says nothing.
    public init() {}

    /// Octets the field needs with its length octet; 0 when it says nothing and can be left out.
    var byteCount: Int {
        if programClockReference != nil { return Self.referenceByteCount }
        return isDiscontinuity || isRandomAccess ? 2 : 0
    }

    /// Reads the field from its length octet on, and leaves the reader behind it.
    init(parsing reader: inout ByteReader) throws(ParseError) {
        let length = Int(try reader.readUInt8())
        guard length <= 183 else { throw .invalid(field: "adaptation field length", at: 4) }
        var field = ByteReader(try reader.read(length))
        guard length > 0 else { return }
        let flags = try field.readUInt8()
        isDiscontinuity = flags & 0x80 != 0
        isRandomAccess = flags & 0x40 != 0
        guard flags & 0x10 != 0 else { return }
        let (high, low) = (try field.readUInt32(), try field.readUInt16())
        let base = Int64(high) << 1 | Int64(low >> 15)
        programClockReference = base * 300 + Int64(low & 0x1FF)
    }

    /// Writes the field, stuffed to exactly `byteCount` octets; 1 is a bare length.
    func write(byteCount: Int, to memory: UnsafeMutableRawPointer) {
        memory.storeBytes(of: UInt8(byteCount - 1), as: UInt8.self)
        guard byteCount > 1 else { return }
        var flags: UInt8 = isDiscontinuity ? 0x80 : 0
        if isRandomAccess { flags |= 0x40 }
        if programClockReference != nil { flags |= 0x10 }
        memory.storeBytes(of: flags, toByteOffset: 1, as: UInt8.self)
        var used = 2
        if let reference = programClockReference {
            let (base, rest) = reference.quotientAndRemainder(dividingBy: 300)
            let high = UInt32(truncatingIfNeeded: base >> 1)
            let low = UInt16(truncatingIfNeeded: (base & 1) << 15 | 0x7E00 | rest)
            memory.storeBytes(of: high.bigEndian, toByteOffset: 2, as: UInt32.self)
            memory.storeBytes(of: low.bigEndian, toByteOffset: 6, as: UInt16.self)
            used = Self.referenceByteCount
        }
        UnsafeMutableRawBufferPointer(start: memory + used, count: byteCount - used)
            .initializeMemory(as: UInt8.self, repeating: 0xFF)
    }

    /// Octets of a field that carries the clock.
    static let referenceByteCount = 8
}
