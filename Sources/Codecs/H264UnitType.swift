/// What a NAL unit of H.264 holds (ITU-T H.264, table 7-1; 24 and above: RFC 6184 §5.2).
public struct H264UnitType: RawRepresentable, Hashable, Sendable {
    /// `nal_unit_type`, 0...31.
    public let rawValue: UInt8

    /// The type numbered `rawValue`.
    @inlinable
    public init(rawValue: UInt8) { self.rawValue = rawValue & 0x1F }

    /// The type of the unit that begins with `octet`: its low five bits.
    @inlinable
    public init(octet: UInt8) { self.init(rawValue: octet) }

    /// A slice of a picture that is no IDR picture.
    public static let slice = H264UnitType(rawValue: 1)
    /// A slice of an IDR picture: nothing before it is referred to again.
    public static let idrSlice = H264UnitType(rawValue: 5)
    /// Supplemental enhancement information.
    public static let supplement = H264UnitType(rawValue: 6)
    /// A sequence parameter set.
    public static let sequenceParameterSet = H264UnitType(rawValue: 7)
    /// A picture parameter set.
    public static let pictureParameterSet = H264UnitType(rawValue: 8)
    /// An access unit delimiter.
    public static let delimiter = H264UnitType(rawValue: 9)
    /// Octets that keep a bitrate up and mean nothing.
    public static let filler = H264UnitType(rawValue: 12)
    /// Several units in one RTP payload.
    public static let stapA = H264UnitType(rawValue: 24)
    /// A piece of a unit in one RTP payload.
    public static let fuA = H264UnitType(rawValue: 28)

    /// Whether the unit holds part of a picture: a slice, or a partition of one.
    @inlinable
    public var isPicture: Bool { (1...5).contains(rawValue) }
}

/// What the first octet of a slice header says (ITU-T H.264 §7.3.3): `first_mb_in_slice`, and
/// `slice_type` where the former is zero.
public struct H264SliceStart: Hashable, Sendable {
    /// Whether the slice begins its picture.
    public var isFirst: Bool
    /// Whether it is a B slice; known of first slices alone.
    public var isBidirectional: Bool

    /// Reads the octet after the NAL unit's own.
    @inlinable
    public init(octet: UInt8) {
        // A code of zero is a single set bit; the code after it fits the seven bits that are left.
        isFirst = octet & 0x80 != 0
        let isB = octet & 0x70 == 0x20 || octet & 0x7C == 0x1C  // 1 is 010, 6 is 00111
        isBidirectional = isFirst && isB
    }
}
