/// H.264's `profile-level-id` (RFC 6184 §8.1): which tools a stream uses, and how large it may be.
public struct H264ProfileLevelID: Hashable, Sendable {
    /// The profiles that table 5 of RFC 6184 tells apart.
    public enum Profile: Hashable, Sendable {
        /// What every decoder shares.
        case constrainedBaseline
        /// Baseline with its error-resilience tools.
        case baseline
        /// Main.
        case main
        /// Extended.
        case extended
        /// High.
        case high
        /// High without interlacing or B-frames (RFC 6184 §8.1 knows it as High with bits set).
        case constrainedHigh
    }

    /// The profile.
    public var profile: Profile
    /// `level_idc`: ten times the level; 9 stands for level 1b.
    public var level: UInt8
    private let profileOctets: UInt16  // profile_idc and profile-iop, level 1b's bit taken out

    /// Reads six hexadecimal digits; `nil` when they are none, or name a profile we do not know.
    public init?(_ text: some StringProtocol) {
        guard text.utf8.count == 6, text.utf8.first != UInt8(ascii: "+"),
            text.utf8.first != UInt8(ascii: "-"), let value = UInt32(text, radix: 16)
        else { return nil }
        let constraints = UInt8(truncatingIfNeeded: value >> 8)
        let idc = UInt8(truncatingIfNeeded: value >> 16)
        let match = Self.patterns.first { $0.idc == idc && constraints & $0.mask == $0.bits }
        guard let match else { return nil }
        profile = match.profile
        let meaning: UInt8 = Self.levelProfiles.contains(idc) ? constraints & ~0x10 : constraints
        profileOctets = UInt16(idc) << 8 | UInt16(meaning)
        let levelOctet = UInt8(truncatingIfNeeded: value)
        level =
            Self.isLevel1b(idc: idc, constraints: constraints, level: levelOctet) ? 9 : levelOctet
    }

    /// What SDP means when it writes none: Baseline, level 1 (RFC 6184 §8.1).
    public static let unspecified = H264ProfileLevelID(
        profile: .baseline,
        level: 10,
        profileOctets: 0x4200
    )

    /// Whether a decoder of one profile decodes the other's streams as agreed in SDP: profiles must
    /// be equal, levels need not be (RFC 6184 §8.2.2).
    public func isCompatible(with other: H264ProfileLevelID) -> Bool { profile == other.profile }

    /// The same profile at the lower of two levels: what an answer writes when level asymmetry is
    /// not allowed by both sides.
    public func limited(to other: H264ProfileLevelID) -> H264ProfileLevelID {
        other.levelRank < levelRank
            ? H264ProfileLevelID(
                profile: profile,
                level: other.level,
                profileOctets: profileOctets
            ) : self
    }

    /// Level 1b stands between 1 and 1.1.
    private var levelRank: Int { level == 9 ? 105 : Int(level) * 10 }

    private init(profile: Profile, level: UInt8, profileOctets: UInt16) {
        (self.profile, self.level, self.profileOctets) = (profile, level, profileOctets)
    }

    /// Level 1b hides behind level 1.1 and constraint_set3 in the older profiles (H.264 A.3.4).
    private static func isLevel1b(idc: UInt8, constraints: UInt8, level: UInt8) -> Bool {
        level == 11 && constraints & 0x10 != 0 && levelProfiles.contains(idc)
    }

    /// Baseline, Main and Extended: where constraint_set3 speaks of the level.
    fileprivate static let levelProfiles: [UInt8] = [66, 77, 88]

    private struct Pattern {
        var idc: UInt8
        var mask: UInt8
        var bits: UInt8
        var profile: Profile
    }

    /// RFC 6184 §8.1, table 5; constraint_set0 is the highest bit.
    private static let patterns = [
        Pattern(idc: 66, mask: 0x4F, bits: 0x40, profile: .constrainedBaseline),
        Pattern(idc: 77, mask: 0x8F, bits: 0x80, profile: .constrainedBaseline),
        Pattern(idc: 88, mask: 0xCF, bits: 0xC0, profile: .constrainedBaseline),
        Pattern(idc: 66, mask: 0x4F, bits: 0x00, profile: .baseline),
        Pattern(idc: 88, mask: 0xCF, bits: 0x80, profile: .baseline),
        Pattern(idc: 77, mask: 0xAF, bits: 0x00, profile: .main),
        Pattern(idc: 88, mask: 0xCF, bits: 0x00, profile: .extended),
        Pattern(idc: 100, mask: 0xFF, bits: 0x00, profile: .high),
        Pattern(idc: 100, mask: 0xFF, bits: 0x0C, profile: .constrainedHigh),
    ]
}

extension H264ProfileLevelID: CustomStringConvertible {
    /// Six hexadecimal digits.
    public var description: String {
        var octets = profileOctets
        var levelOctet = level
        if level == 9, Self.levelProfiles.contains(UInt8(octets >> 8)) {
            (octets, levelOctet) = (octets | 0x10, 11)
        }
        let text = String(UInt32(octets) << 8 | UInt32(levelOctet), radix: 16)
        return String(repeating: "0", count: 6 - text.count) + text
    }
}
