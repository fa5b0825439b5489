/// What a NAL unit of H.265 holds (ITU-T H.265, table 7-1; 48 and above: RFC 7798 §4.4).
public struct H265UnitType: RawRepresentable, Hashable, Sendable {
    /// `nal_unit_type`, 0...63.
    public let rawValue: UInt8

    /// The type numbered `rawValue`.
    @inlinable
    public init(rawValue: UInt8) { self.rawValue = rawValue & 0x3F }

    /// The type of the unit that begins with `octet`: the six bits behind the first.
    @inlinable
    public init(octet: UInt8) { self.init(rawValue: octet >> 1) }

    /// A video parameter set.
    public static let videoParameterSet = H265UnitType(rawValue: 32)
    /// A sequence parameter set.
    public static let sequenceParameterSet = H265UnitType(rawValue: 33)
    /// A picture parameter set.
    public static let pictureParameterSet = H265UnitType(rawValue: 34)
    /// An access unit delimiter.
    public static let delimiter = H265UnitType(rawValue: 35)
    /// Octets that keep a bitrate up and mean nothing.
    public static let filler = H265UnitType(rawValue: 38)
    /// Supplemental enhancement information before the picture.
    public static let prefixSupplement = H265UnitType(rawValue: 39)
    /// Supplemental enhancement information behind the picture.
    public static let suffixSupplement = H265UnitType(rawValue: 40)
    /// Several units in one RTP payload.
    public static let aggregate = H265UnitType(rawValue: 48)
    /// A piece of a unit in one RTP payload.
    public static let fragment = H265UnitType(rawValue: 49)

    /// Whether the unit holds a slice segment of a picture.
    @inlinable
    public var isPicture: Bool { rawValue < 32 }

    /// Whether its picture is one at which a decoder can begin: BLA, IDR or CRA (§3.68).
    @inlinable
    public var isRandomAccess: Bool { (16...23).contains(rawValue) }

    /// Whether the unit is a video, sequence or picture parameter set.
    @inlinable
    public var isParameterSet: Bool { (32...34).contains(rawValue) }
}
