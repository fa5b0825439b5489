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

    /// Appends the field, stuffed to exactly `byteCount` octets: 0 for none, 1 for a bare length.
    func write(byteCount: Int, to output: inout ByteWriter) {
        guard byteCount > 0 else { return }
        output.write(UInt8(byteCount - 1))
        guard byteCount > 1 else { return }
        var flags: UInt8 = isDiscontinuity ? 0x80 : 0
        if isRandomAccess { flags |= 0x40 }
        var used = 2
        if let reference = programClockReference {
            output.write(flags | 0x10)
            let (base, rest) = reference.quotientAndRemainder(dividingBy: 300)
            output.write(UInt32(truncatingIfNeeded: base >> 1))
            output.write(UInt16(truncatingIfNeeded: (base & 1) << 15 | 0x7E00 | rest))
            used = 8
        } else {
            output.write(flags)
        }
        if byteCount > used { output.write(repeating: 0xFF, count: byteCount - used) }
    }

    /// Octets of a field that carries the clock.
    static let referenceByteCount = 8
}
