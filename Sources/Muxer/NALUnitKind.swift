/// Which part of an access unit a NAL unit is, in either codec.
enum NALUnitKind: Hashable {
    case delimiter
    case parameterSet(ParameterSets.Kind)
    case picture(isRandomAccess: Bool)
    case other

    /// The kind of the unit whose first octet is `header`.
    init(header: UInt8, isH265: Bool) {
        self = isH265 ? Self(h265: header) : Self(h264: header)
    }

    /// The kind of a whole unit, which is not empty.
    init(_ unit: RawSpan, isH265: Bool) {
        let header = unit.unsafeLoad(fromByteOffset: 0, as: UInt8.self)
        self.init(header: header, isH265: isH265)
    }

    /// ITU-T H.264, table 7-1.
    private init(h264 octet: UInt8) {
        switch octet & 0x1F {
        case 1...4: self = .picture(isRandomAccess: false)
        case 5: self = .picture(isRandomAccess: true)
        case 7: self = .parameterSet(.sequence)
        case 8: self = .parameterSet(.picture)
        case 9: self = .delimiter
        default: self = .other
        }
    }

    /// ITU-T H.265, table 7-1.
    private init(h265 octet: UInt8) {
        switch octet >> 1 & 0x3F {
        case 16...23: self = .picture(isRandomAccess: true)
        case 0...31: self = .picture(isRandomAccess: false)
        case 32: self = .parameterSet(.video)
        case 33: self = .parameterSet(.sequence)
        case 34: self = .parameterSet(.picture)
        case 35: self = .delimiter
        default: self = .other
        }
    }
}
