/// What `fmtp` says of an H.264 format (RFC 6184 §8.1), as far as two sides must agree on it.
public struct H264Parameters: Hashable, Sendable {
    /// Profile and level.
    public var profileLevelID: H264ProfileLevelID
    /// How NAL units are packed: 0 single, 1 non-interleaved, 2 interleaved.
    public var packetizationMode: UInt8
    /// Whether each side may send at the other's level rather than at the lower of both.
    public var isLevelAsymmetryAllowed: Bool

    /// Reads the parameters as they follow the payload type: `profile-level-id=42e01f;…`.
    ///
    /// - Returns: `nil` when the profile is malformed or unknown, or the mode is none of RFC 6184.
    public init?(_ parameters: some StringProtocol) {
        profileLevelID = .unspecified
        packetizationMode = 0
        isLevelAsymmetryAllowed = false
        for parameter in String(parameters).split(separator: ";") {
            let parts = parameter.split(separator: "=", maxSplits: 1)
            guard parts.count == 2 else { continue }
            let value = parts[1].filter { $0 != " " }
            switch parts[0].filter({ $0 != " " }).lowercased() {
            case "profile-level-id":
                guard let id = H264ProfileLevelID(value) else { return nil }
                profileLevelID = id
            case "packetization-mode":
                guard let mode = UInt8(value), mode <= 2 else { return nil }
                packetizationMode = mode
            case "level-asymmetry-allowed":
                isLevelAsymmetryAllowed = value == "1"
            default:
                continue
            }
        }
    }

    /// Whether both sides may use one payload type for this: the same profile, packed the same way
    /// (RFC 6184 §8.2.2).
    public func isCompatible(with other: H264Parameters) -> Bool {
        packetizationMode == other.packetizationMode
            && profileLevelID.isCompatible(with: other.profileLevelID)
    }

    /// What an answer writes to `offer` when this is what we can do; `nil` when they do not fit.
    ///
    /// With asymmetry allowed on both sides the answer names our own level, else the lower one.
    public func answer(to offer: H264Parameters) -> H264Parameters? {
        guard isCompatible(with: offer) else { return nil }
        var answer = self
        answer.isLevelAsymmetryAllowed = isLevelAsymmetryAllowed && offer.isLevelAsymmetryAllowed
        if !answer.isLevelAsymmetryAllowed {
            answer.profileLevelID = offer.profileLevelID.limited(to: profileLevelID)
        }
        return answer
    }
}

extension H264Parameters: CustomStringConvertible {
    /// The parameters as they follow the payload type in `fmtp`.
    public var description: String {
        "level-asymmetry-allowed=\(isLevelAsymmetryAllowed ? 1 : 0)"
            + ";packetization-mode=\(packetizationMode);profile-level-id=\(profileLevelID)"
    }
}
