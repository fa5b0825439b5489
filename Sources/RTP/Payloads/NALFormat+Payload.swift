import Codecs

/// How units stand in payloads (RFC 6184 §5, RFC 7798 §4.4). Headers are as long as the format has them,
/// in the low octets.
extension NALFormat {
    /// The shortest unit that may be sent.
    var leastUnitByteCount: Int {
        switch self {
        case .h264: 1
        case .h265: 3
        }
    }

    /// The type of the unit that begins with `octet`.
    func type(octet: UInt8) -> UInt8 {
        switch self {
        case .h264: octet & 0x1F
        case .h265: octet >> 1 & 0x3F
        }
    }

    /// Whether the unit that begins with `octet` begins an access unit.
    func isDelimiter(octet: UInt8) -> Bool {
        switch self {
        case .h264: H264UnitType(octet: octet) == .delimiter
        case .h265: H265UnitType(octet: octet) == .delimiter
        }
    }

    /// Which kind of parameter set is the sequence's.
    var sequenceSetKind: UInt8 {
        switch self {
        case .h264: 0
        case .h265: 1
        }
    }

    /// The header of `unit`, which has one.
    func header(of unit: RawSpan) -> UInt16 {
        let first = unit.unsafeLoad(fromUncheckedByteOffset: 0, as: UInt8.self)
        switch self {
        case .h264: return UInt16(first)
        case .h265:
            let second = unit.unsafeLoad(fromUncheckedByteOffset: 1, as: UInt8.self)
            return UInt16(first) << 8 | UInt16(second)
        }
    }

    /// The header of an aggregate, of what its units' headers came to so far and the next unit's own.
    func aggregateHeader(_ all: UInt16, _ own: UInt16) -> UInt16 {
        switch self {
        case .h264:  // forbidden if any is, the highest importance of all (RFC 6184 §5.7.1)
            (all | own) & 0x80 | max(all & 0x60, own & 0x60)
                | UInt16(H264UnitType.stapA.rawValue)
        case .h265:  // forbidden if any is, the lowest layers of all (RFC 7798 §4.4.2)
            (all | own) & 0x8000 | UInt16(H265UnitType.aggregate.rawValue) << 9
                | min(all & 0x01F8, own & 0x01F8) | min(all & 0x07, own & 0x07)
        }
    }

    /// The header of the fragments of a unit (RFC 6184 §5.8, RFC 7798 §4.4.3).
    func fragmentHeader(_ header: UInt16) -> UInt16 {
        switch self {
        case .h264: header & 0xE0 | UInt16(H264UnitType.fuA.rawValue)
        case .h265: header & 0x81FF | UInt16(H265UnitType.fragment.rawValue) << 9
        }
    }

    /// The sets of H.264; none of another format.
    var h264Sets: H264ParameterSets {
        switch self {
        case .h264(let sets): sets
        case .h265: H264ParameterSets()
        }
    }

    /// The sets of H.265; none of another format.
    var h265Sets: H265ParameterSets {
        switch self {
        case .h264: H265ParameterSets()
        case .h265(let sets): sets
        }
    }
}
