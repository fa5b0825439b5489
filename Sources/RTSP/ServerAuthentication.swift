import Ciphers
import Timing

/// A server's side of the authentication on one connection.
struct ServerAuthentication {
    private let credentials: RTSPCredentials?
    private let proofs: [RTSPServerConfiguration.Proof]
    private let realm: String
    private let lifetime: Interval
    private var random: SeededRandom
    private var nonce: String
    private var nonceLimit: Instant?  // runs from the first challenge
    private var lastCount: UInt32 = 0
    private var isStale = false

    init(_ configuration: RTSPServerConfiguration) {
        credentials = configuration.credentials
        proofs = configuration.proofs
        realm = configuration.realm
        lifetime = configuration.nonceLifetime
        random = SeededRandom(seed: configuration.seed + Array("nonce".utf8))
        nonce = random.identifier()
    }

    /// Whether the request proves what is asked for.
    mutating func accepts(_ request: RTSPRequest, at now: Instant) -> Bool {
        guard let credentials else { return true }
        isStale = false
        guard let header = request.headers["Authorization"] else { return false }
        if proofs.contains(.basic), header.prefix(6).lowercased() == "basic " {
            let expected = base64(Array("\(credentials.user):\(credentials.password)".utf8))
            return constantTimeEquals(
                Array(trimmed(header.dropFirst(6)).utf8), Array(expected.utf8))
        }
        var scanner = ChallengeScanner(header)
        guard let answer = scanner.challenges().first, answer.isDigest else { return false }
        return accepts(answer, for: request, credentials, at: now)
    }

    /// The challenges of a 401; a new nonce where the old one's time is over.
    mutating func challenges(at now: Instant) -> [String] {
        if let nonceLimit, nonceLimit <= now {
            nonce = random.identifier()
            lastCount = 0
            self.nonceLimit = nil
        }
        if nonceLimit == nil { nonceLimit = now + lifetime }
        let stale = isStale ? ", stale=true" : ""
        return proofs.map { proof in
            let digest = "Digest realm=\"\(realm)\", nonce=\"\(nonce)\", qop=\"auth\"" + stale
            return switch proof {
            case .basic: "Basic realm=\"\(realm)\""
            case .digestMD5: digest
            case .digestSHA256: digest + ", algorithm=SHA-256"
            }
        }
    }

    private mutating func accepts(
        _ answer: AuthenticationChallenge, for request: RTSPRequest,
        _ credentials: RTSPCredentials, at now: Instant
    ) -> Bool {
        let algorithm = answer.algorithm
        let uri = answer.parameters["uri"] ?? ""
        guard proofs.contains(algorithm.function == .md5 ? .digestMD5 : .digestSHA256),
            answer.parameters["username"] == credentials.user, answer.realm == realm,
            uri == request.uri || uri == (try? RTSPURL(parsing: request.uri))?.target
        else { return false }
        let count = answer.parameters["qop"] == nil ? nil : answer.parameters["nc"] ?? ""
        let expected = algorithm.response(
            to: DigestQuestion(
                realm: realm, nonce: answer.nonce, method: request.method.rawValue, uri: uri),
            by: credentials, clientNonce: answer.parameters["cnonce"] ?? "", count: count)
        let response = answer.parameters["response"] ?? ""
        guard constantTimeEquals(Array(response.utf8), Array(expected.utf8)) else { return false }
        guard answer.nonce == nonce, let nonceLimit, now < nonceLimit else {
            isStale = true
            return false
        }
        guard let count else { return true }
        guard let number = UInt32(count, radix: 16), number > lastCount else { return false }
        lastCount = number
        return true
    }
}
