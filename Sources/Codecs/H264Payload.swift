public import Wire

/// The first look at an H.264 payload (RFC 6184 §5): what it is and which NAL unit it carries.
///
/// Single NAL units, STAP-A and FU-A are read: packetization modes 0 and 1. The interleaved mode's
/// packets are recognised and left alone.
public struct H264Payload: Hashable, Sendable {
    /// How NAL units lie in the payload (RFC 6184 §5.2).
    public enum Structure: Hashable, Sendable {
        /// One NAL unit, whole.
        case single
        /// Several NAL units of one time.
        case aggregate
        /// A piece of one NAL unit.
        case fragment(isFirst: Bool, isLast: Bool)
    }

    /// How NAL units lie in the payload.
    public var structure: Structure
    /// The type of the NAL unit, or of an aggregate's first one.
    public var unitType: UInt8

    /// Reads the payload's first octets.
    @inlinable
    public init(parsing payload: RawSpan) throws(ParseError) {
        var reader = ByteReader(payload)
        let type = try reader.readUInt8() & 0x1F
        switch type {
        case 1...23:
            (structure, unitType) = (.single, type)
        case Self.stapA:
            try reader.skip(2)
            (structure, unitType) = (.aggregate, try reader.readUInt8() & 0x1F)
        case Self.fuA:
            let header = try reader.readUInt8()
            structure = .fragment(isFirst: header & 0x80 != 0, isLast: header & 0x40 != 0)
            unitType = header & 0x1F
        default:
            throw .invalid(field: "NAL unit type", at: 0)
        }
    }

    /// Whether a decoder can begin with `payload`: it holds a sequence parameter set, or the first
    /// slice of an IDR picture.
    ///
    /// Both count, because some encoders send their parameter sets in SDP alone.
    @inlinable
    public static func isKeyframe(payload: RawSpan) -> Bool {
        guard payload.byteCount > 1 else { return false }
        let type = octet(payload, 0) & 0x1F
        if type == stapA { return aggregateBeginsKeyframe(payload) }
        guard type == fuA else { return beginsKeyframe(payload, unitType: type, sliceAt: 1) }
        let header = octet(payload, 1)
        return header & 0x80 != 0
            && beginsKeyframe(payload, unitType: header & 0x1F, sliceAt: 2)
    }

    @inlinable
    static func aggregateBeginsKeyframe(_ payload: RawSpan) -> Bool {
        var offset = 1
        while offset &+ 2 < payload.byteCount {
            let length = Int(octet(payload, offset)) << 8 | Int(octet(payload, offset &+ 1))
            let end = offset &+ 2 &+ length
            guard length > 0, end <= payload.byteCount else { return false }
            let type = octet(payload, offset &+ 2) & 0x1F
            if beginsKeyframe(payload, unitType: type, sliceAt: offset &+ 3) { return true }
            offset = end
        }
        return false
    }

    /// `first_mb_in_slice` is the slice's first field: zero is written as a single set bit.
    @inlinable
    static func beginsKeyframe(_ payload: RawSpan, unitType: UInt8, sliceAt offset: Int) -> Bool {
        if unitType == sequenceParameterSet { return true }
        return unitType == idrSlice && offset < payload.byteCount
            && octet(payload, offset) & 0x80 != 0
    }

    @inlinable
    static func octet(_ payload: RawSpan, _ offset: Int) -> UInt8 {
        payload.unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
    }

    @usableFromInline static let idrSlice: UInt8 = 5
    @usableFromInline static let sequenceParameterSet: UInt8 = 7
    @usableFromInline static let stapA: UInt8 = 24
    @usableFromInline static let fuA: UInt8 = 28
}
