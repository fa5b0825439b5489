import Codecs
import Wire

/// What MP4 and Matroska say of H.264 before the first picture (ISO/IEC 14496-15 §5.3.3.1).
struct AVCConfiguration {
    /// How the samples' units are parted.
    let framing: NALUnitFraming
    private(set) var parameterSets = H264ParameterSets()

    /// Reads the record.
    init(parsing span: RawSpan) throws(ParseError) {
        var reader = ByteReader(span)
        guard try reader.readUInt8() == 1 else { throw .invalid(field: "version", at: 0) }
        try reader.skip(3)  // profile, compatibility, level: the sequence set says them too
        framing = .lengths(octets: Int(try reader.readUInt8() & 3) + 1)
        for mask: UInt8 in [0x1F, 0xFF] {  // sequence sets, then picture sets
            for _ in 0..<(try reader.readUInt8() & mask) {
                let byteCount = Int(try reader.readUInt16())
                parameterSets.learn(try reader.read(byteCount))
            }
        }
    }
}
