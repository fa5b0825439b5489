public import Wire

/// The first look at an H.265 payload (RFC 7798 §4.4): what it is and which NAL unit it carries.
///
/// Single NAL units, aggregates and fragments without DONL are read, as SDP has it unless
/// `sprop-max-don-diff` says otherwise. PACI packets are recognised and left alone.
public struct H265Payload: Hashable, Sendable {
    /// How NAL units lie in the payload.
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
    public var unitType: H265UnitType

    /// Reads the payload's first octets.
    @inlinable
    public init(parsing payload: RawSpan) throws(ParseError) {
        var reader = ByteReader(payload)
        let type = try H265UnitType(octet: reader.readUInt8())
        try reader.skip(1)
        switch type {
        case .aggregate:
            try reader.skip(2)
            (structure, unitType) = (.aggregate, H265UnitType(octet: try reader.readUInt8()))
        case .fragment:
            let header = try reader.readUInt8()
            structure = .fragment(isFirst: header & 0x80 != 0, isLast: header & 0x40 != 0)
            unitType = H265UnitType(rawValue: header)
        default:
            guard type.rawValue < H265UnitType.aggregate.rawValue else {
                throw .invalid(field: "NAL unit type", at: 0)
            }
            (structure, unitType) = (.single, type)
        }
    }

    /// Whether a decoder can begin with `payload`: it holds a parameter set, or the first slice
    /// segment of a random access picture.
    ///
    /// Both count, because some encoders send their parameter sets in SDP alone.
    @inlinable
    public static func isKeyframe(payload: RawSpan) -> Bool {
        guard payload.byteCount > 2 else { return false }
        let type = H265UnitType(octet: octet(payload, 0))
        if type == .aggregate { return aggregateBeginsKeyframe(payload) }
        guard type == .fragment else { return beginsKeyframe(payload, type, sliceAt: 2) }
        let header = octet(payload, 2)
        return header & 0x80 != 0
            && beginsKeyframe(payload, H265UnitType(rawValue: header), sliceAt: 3)
    }

    @inlinable
    static func aggregateBeginsKeyframe(_ payload: RawSpan) -> Bool {
        var offset = 2
        while offset &+ 3 < payload.byteCount {
            let length = Int(octet(payload, offset)) << 8 | Int(octet(payload, offset &+ 1))
            let end = offset &+ 2 &+ length
            guard length > 1, end <= payload.byteCount else { return false }
            let type = H265UnitType(octet: octet(payload, offset &+ 2))
            if beginsKeyframe(payload, type, sliceAt: offset &+ 4) { return true }
            offset = end
        }
        return false
    }

    /// `first_slice_segment_in_pic_flag` is the first bit of a slice segment.
    @inlinable
    static func beginsKeyframe(
        _ payload: RawSpan, _ type: H265UnitType, sliceAt offset: Int
    ) -> Bool {
        if type.isParameterSet { return true }
        return type.isRandomAccess && offset < payload.byteCount
            && octet(payload, offset) & 0x80 != 0
    }

    @inlinable
    static func octet(_ payload: RawSpan, _ offset: Int) -> UInt8 {
        payload.unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
    }
}
