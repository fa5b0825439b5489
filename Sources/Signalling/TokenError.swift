public import Web

/// Why a bearer token does not open the door.
public enum TokenError: Error, Hashable, CustomStringConvertible {
    /// No `Authorization: Bearer` header came with the call.
    case missing
    /// It is not three parts of base64url with JSON in the first two.
    case malformed
    /// Signed in another way than HS256, or with demands in `crit` that nobody here meets.
    case unsupported
    /// Signed with another secret, or altered.
    case wrongSignature
    /// A claim is missing or of the wrong type.
    case claim(JSONError)
    /// Its `exp` has come.
    case expired
    /// Its `nbf` has not come yet.
    case notYetValid
    /// It speaks for another room.
    case otherRoom
    /// It speaks for another peer.
    case otherPeer
    /// It reads another recording.
    case otherRecording
    /// It does not say `publish`.
    case publishNotGranted
    /// It does not say `subscribe`.
    case subscribeNotGranted
    /// It does not say `admin`.
    case adminNotGranted

    /// 401 when the token proves nothing, 403 when it proves too little.
    public var status: Int {
        switch self {
        case .missing, .malformed, .unsupported, .wrongSignature, .claim, .expired, .notYetValid:
            401
        case .otherRoom, .otherPeer, .otherRecording, .publishNotGranted, .subscribeNotGranted,
            .adminNotGranted:
            403
        }
    }

    /// One sentence for the caller; nothing of the token is in it.
    public var description: String {
        switch self {
        case .missing: "this call wants an Authorization: Bearer token"
        case .malformed: "the token is not a JSON Web Token"
        case .unsupported: "the token must be signed with HS256 and without critical extensions"
        case .wrongSignature: "the token's signature is wrong"
        case .claim(let error): "in the token's claims, \(error)"
        case .expired: "the token has expired"
        case .notYetValid: "the token is not valid yet"
        case .otherRoom: "the token is for another room"
        case .otherPeer: "the token is for another peer"
        case .otherRecording: "the token is for another recording"
        case .publishNotGranted: "the token does not allow publishing"
        case .subscribeNotGranted: "the token does not allow subscribing"
        case .adminNotGranted: "the token does not allow administration"
        }
    }
}
