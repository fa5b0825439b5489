import Ciphers
public import Web

/// What a caller may do, proven by a JSON Web Token signed with HS256 (RFC 7515, RFC 7519).
///
/// The claims `room`, `peer`, `publish`, `subscribe`, `recording` and `admin` say it; `exp` is a must, so
/// that a token that leaks does not open the door for ever. What a token does not grant is refused.
public struct BearerToken: Hashable, Sendable {
    /// Something a token can grant in its room.
    public enum Permission: Hashable, Sendable {
        /// Send media into a room.
        case publish
        /// Receive a room's media and events.
        case subscribe
    }

    /// The one room it speaks for; without it only `admin` opens any.
    public let room: String?
    /// The one peer it speaks for; without it, for any that the caller names.
    public let peer: String?
    /// The one recording that it reads; without it only `admin` reads any.
    public let recording: String?
    /// When it ends, in whole seconds since 1970.
    public let expiry: Int64
    private let permissions: Set<Permission>
    /// It grants everything, in every room.
    private let isAdmin: Bool

    /// Verifies a token in its compact form.
    ///
    /// - Parameters:
    ///   - text: Three parts with dots between them, as after `Bearer `.
    ///   - secret: The key of the signature.
    ///   - now: Seconds since 1970, UTC.
    public init(verifying text: Substring, secret: [UInt8], now: Int64) throws(TokenError) {
        guard text.utf8.count <= byteCountLimit else { throw .malformed }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let header = decodeBase64URL(parts[0]),
            let payload = decodeBase64URL(parts[1]), let signature = decodeBase64URL(parts[2])
        else { throw .malformed }
        try Self.check(header: header)
        let signed = Array(text.utf8.prefix(parts[0].utf8.count + 1 + parts[1].utf8.count))
        let expected = hmacSHA256(key: secret, data: signed)
        guard constantTimeEquals(expected, signature) else { throw .wrongSignature }
        try self.init(Self.claims(payload), now: now)
    }

    /// Throws unless `permission` is granted in `room`.
    public func require(_ permission: Permission, in room: String) throws(TokenError) {
        guard !isAdmin else { return }
        guard self.room == room else { throw .otherRoom }
        guard permissions.contains(permission) else {
            throw permission == .publish ? .publishNotGranted : .subscribeNotGranted
        }
    }

    /// Throws unless the token opens what belongs to no room.
    public func requireAdmin() throws(TokenError) {
        guard isAdmin else { throw .adminNotGranted }
    }

    /// Throws unless the token reads that recording.
    public func requireReading(of recording: String) throws(TokenError) {
        guard !isAdmin else { return }
        guard let granted = self.recording else { throw .adminNotGranted }
        guard granted == recording else { throw .otherRecording }
    }

    /// A token that reads one recording, and nothing else, until `expiry`, in seconds since 1970: one
    /// that may stand in an address.
    public static func reading(_ recording: String, until expiry: Int64, secret: [UInt8]) -> String
    {
        let claims = encodeJSON(ReadingClaims(exp: expiry, recording: recording))
        let signed =
            base64URL(Array(#"{"alg":"HS256","typ":"JWT"}"#.utf8)) + "." + base64URL(claims)
        return signed + "." + base64URL(hmacSHA256(key: secret, data: Array(signed.utf8)))
    }

    private init(_ claims: Claims, now: Int64) throws(TokenError) {
        guard Double(now) < claims.exp else { throw .expired }
        if let start = claims.nbf, Double(now) < start { throw .notYetValid }
        let granted: [(Bool?, Permission)] = [
            (claims.publish, .publish), (claims.subscribe, .subscribe),
        ]
        (room, peer, recording) = (claims.room, claims.peer, claims.recording)
        expiry = Int64(min(claims.exp, Self.lastSecond))
        permissions = Set(granted.filter { $0.0 == true }.map(\.1))
        isAdmin = claims.admin == true
    }

    /// Before the signature: a header that names another algorithm must not choose how it is read.
    private static func check(header: [UInt8]) throws(TokenError) {
        let fields: Header
        do { fields = try decodeJSON(from: header) } catch { throw .malformed }
        guard fields.alg == "HS256", fields.crit == nil else { throw .unsupported }
    }

    /// Beyond any date, and a number of seconds all the same.
    private static let lastSecond = 1e15

    private static func claims(_ payload: [UInt8]) throws(TokenError) -> Claims {
        do { return try decodeJSON(from: payload) } catch { throw .claim(error) }
    }
}

extension HTTPRequest {
    /// The token this call came with, verified at `now` (seconds since 1970).
    ///
    /// - Parameters:
    ///   - secret: The key of the signature.
    ///   - now: Seconds since 1970, UTC.
    ///   - takesQuery: Whether it may stand in the address, as `token`, where the header has none: for
    ///     players, pictures and links, which have nothing but an address (RFC 6750 §2.3).
    public func token(
        secret: [UInt8], now: Int64, takesQuery: Bool = false
    ) throws(TokenError) -> BearerToken {
        let inQuery = takesQuery ? self[query: "token"].map { $0[...] } : nil
        guard let text = bearerToken ?? inQuery else { throw .missing }
        return try BearerToken(verifying: text, secret: secret, now: now)
    }
}

private struct Header: Decodable {
    let alg: String
    let crit: [String]?
}

private struct Claims: Decodable {
    let room: String?
    let peer: String?
    let publish: Bool?
    let subscribe: Bool?
    let admin: Bool?
    let recording: String?
    let exp: Double  // seconds since 1970, fractions allowed (RFC 7519 §2)
    let nbf: Double?
}

private struct ReadingClaims: Encodable {
    let exp: Int64
    let recording: String
}

/// Far beyond any honest token, and within the server's limit on headers.
private let byteCountLimit = 8 * 1024
