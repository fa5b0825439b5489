import Ciphers

/// A client's side of the authentication on one connection: the challenge it was given, and how
/// often it has answered it.
struct ClientAuthentication {
    var credentials: RTSPCredentials?
    private(set) var challenge: AuthenticationChallenge?
    private var nonceCount: UInt32 = 0
    private var random: SeededRandom

    init(credentials: RTSPCredentials?, seed: [UInt8]) {
        self.credentials = credentials
        random = SeededRandom(seed: seed)
    }

    /// Forgets the challenge: a nonce belongs to its connection.
    mutating func reset() { (challenge, nonceCount) = (nil, 0) }

    /// Takes the best of what the server asks for.
    mutating func accept(_ challenges: [AuthenticationChallenge]) throws(RTSPError) {
        guard credentials != nil else { throw .credentialsNeeded }
        guard !challenges.isEmpty else { throw .wrongCredentials }
        guard let best = AuthenticationChallenge.best(of: challenges) else {
            throw .unsupportedAuthentication(schemes: challenges.map { printable($0.scheme) })
        }
        if best.nonce != challenge?.nonce { nonceCount = 0 }
        challenge = best
    }

    /// The `Authorization` header for a request; `nil` before the server has asked for one.
    mutating func header(method: RTSPMethod, uri: String) -> String? {
        guard let credentials, let challenge else { return nil }
        guard challenge.isDigest else {
            return "Basic " + base64(Array("\(credentials.user):\(credentials.password)".utf8))
        }
        return digest(challenge, credentials, method: method, uri: uri)
    }

    private mutating func digest(
        _ challenge: AuthenticationChallenge, _ credentials: RTSPCredentials, method: RTSPMethod,
        uri: String
    ) -> String {
        let algorithm = challenge.algorithm
        nonceCount &+= 1
        let digits = String(nonceCount, radix: 16)
        let count = String(repeating: "0", count: 8 - digits.count) + digits
        let countsNonce = challenge.offersQualityAuth
        let clientNonce = countsNonce || algorithm.isSession ? random.identifier() : ""
        let response = algorithm.response(
            to: DigestQuestion(
                realm: challenge.realm, nonce: challenge.nonce, method: method.rawValue, uri: uri),
            by: credentials, clientNonce: clientNonce, count: countsNonce ? count : nil)
        var parts = [
            Self.quoted("username", credentials.user), Self.quoted("realm", challenge.realm),
            Self.quoted("nonce", challenge.nonce), Self.quoted("uri", uri),
            Self.quoted("response", response),
        ]
        if countsNonce { parts += ["qop=auth", "nc=\(count)"] }
        if !clientNonce.isEmpty { parts.append(Self.quoted("cnonce", clientNonce)) }
        if let opaque = challenge.parameters["opaque"] {
            parts.append(Self.quoted("opaque", opaque))
        }
        // Quoted, against RFC 7616 §3.4: cameras were written against clients that do. Left out
        // for MD5, which some do not know by name.
        if algorithm.name != "MD5" { parts.append(Self.quoted("algorithm", algorithm.name)) }
        return "Digest " + parts.joined(separator: ", ")
    }

    private static func quoted(_ name: String, _ value: String) -> String {
        var escaped = ""
        for character in printable(value) {
            if character == "\"" || character == "\\" { escaped.append("\\") }
            escaped.append(character)
        }
        return "\(name)=\"\(escaped)\""
    }
}
