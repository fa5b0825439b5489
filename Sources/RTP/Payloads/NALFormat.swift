import Codecs

/// H.264 or H.265: where their NAL units differ, and the parameter sets as last heard.
enum NALFormat: Sendable {
    case h264(H264ParameterSets)
    case h265(H265ParameterSets)

    /// What a NAL unit is to the access unit that it belongs to.
    enum Role {
        /// Part of a picture. `isFirst` is `nil` where its octets do not tell.
        case picture(isFirst: Bool?, isKeyframe: Bool, isBidirectional: Bool)
        /// A parameter set of the kind numbered so.
        case parameterSet(kind: UInt8)
        /// The beginning of an access unit.
        case delimiter
        /// Whatever else may stand in an access unit.
        case other
        /// Nothing that may stand there.
        case invalid
    }

    /// Octets before a unit's payload.
    var headerByteCount: Int {
        switch self {
        case .h264: 1
        case .h265: 2
        }
    }

    /// The role of the unit that begins with `octet` and has `slice` behind its header.
    func role(octet: UInt8, slice: UInt8?) -> Role {
        switch self {
        case .h264: Self.roleInH264(H264UnitType(octet: octet), slice)
        case .h265: Self.roleInH265(H265UnitType(octet: octet), slice)
        }
    }

    func isPicture(octet: UInt8) -> Bool {
        switch self {
        case .h264: H264UnitType(octet: octet).isPicture
        case .h265: H265UnitType(octet: octet).isPicture
        }
    }

    /// Keeps `unit` if it is a parameter set, and says whether it is a new one.
    mutating func learn(_ unit: RawSpan) -> Bool {
        switch self {
        case .h264(var sets):
            guard sets.learn(unit) else { return false }
            self = .h264(sets)
        case .h265(var sets):
            guard sets.learn(unit) else { return false }
            self = .h265(sets)
        }
        return true
    }

    /// Whether there is a set of every kind.
    var hasAllSets: Bool {
        switch self {
        case .h264(let sets): sets.isComplete
        case .h265(let sets): sets.isComplete
        }
    }

    /// The sets in the order in which a decoder wants them.
    var sets: [[UInt8]] {
        switch self {
        case .h264(let sets): sets.units
        case .h265(let sets): sets.units
        }
    }

    /// How many kinds of sets there are.
    var setKindCount: Int {
        switch self {
        case .h264: 2
        case .h265: 3
        }
    }

    private static func roleInH264(_ type: H264UnitType, _ slice: UInt8?) -> Role {
        switch type {
        case .delimiter: return .delimiter
        case .sequenceParameterSet: return .parameterSet(kind: 0)
        case .pictureParameterSet: return .parameterSet(kind: 1)
        default: break
        }
        guard type.isPicture else { return (1...23).contains(type.rawValue) ? .other : .invalid }
        // The second and third partition begin with a slice's number, not with a macroblock's.
        let start = type.rawValue == 3 || type.rawValue == 4 ? nil : slice.map(H264SliceStart.init)
        return .picture(
            isFirst: start?.isFirst, isKeyframe: type == .idrSlice,
            isBidirectional: start?.isBidirectional ?? false)
    }

    /// Whether an H.265 slice is a B slice only its picture parameter set can tell.
    private static func roleInH265(_ type: H265UnitType, _ slice: UInt8?) -> Role {
        switch type {
        case .delimiter: .delimiter
        case .videoParameterSet: .parameterSet(kind: 0)
        case .sequenceParameterSet: .parameterSet(kind: 1)
        case .pictureParameterSet: .parameterSet(kind: 2)
        default:
            if type.isPicture {
                .picture(
                    isFirst: slice.map { $0 & 0x80 != 0 }, isKeyframe: type.isRandomAccess,
                    isBidirectional: false)
            } else {
                type.rawValue < H265UnitType.aggregate.rawValue ? .other : .invalid
            }
        }
    }
}
