/// One way a `WWW-Authenticate` header asks to be convinced (RFC 7616 §3.3, RFC 7617 §2).
public struct AuthenticationChallenge: Hashable, Sendable {
    /// `Basic`, `Digest` …, as written.
    public var scheme: String
    /// The parameters by their names in lower case, without quotes.
    public var parameters: [String: String]

    /// All challenges of all such headers, in order. Commas between parameters may be missing.
    public static func list(parsing values: [String]) -> [AuthenticationChallenge] {
        values.flatMap { value in
            var scanner = ChallengeScanner(value)
            return scanner.challenges()
        }
    }

    /// The part of the server that the password is for.
    public var realm: String { parameters["realm"] ?? "" }
    /// The server's number for this exchange.
    public var nonce: String { parameters["nonce"] ?? "" }
    /// Whether only the nonce was too old, not the password wrong.
    public var isStale: Bool { isSameToken(parameters["stale"] ?? "", "true") }
    /// Whether `qop=auth` may be used.
    var offersQualityAuth: Bool {
        fields(parameters["qop"] ?? "", separatedBy: ",").contains { isSameToken($0, "auth") }
    }

    var isBasic: Bool { isSameToken(scheme, "Basic") }
    var isDigest: Bool { isSameToken(scheme, "Digest") && parameters["nonce"] != nil }
    var algorithm: DigestAlgorithm { DigestAlgorithm(name: parameters["algorithm"] ?? "") }

    /// The strongest that is understood: SHA-256, then MD5, then Basic.
    static func best(of challenges: [AuthenticationChallenge]) -> AuthenticationChallenge? {
        let digests = challenges.filter(\.isDigest)
        return digests.first { $0.algorithm.function == .sha256 } ?? digests.first
            ?? challenges.first(where: \.isBasic)
    }
}

/// Reads `scheme name=value, name="value" scheme …`.
struct ChallengeScanner {
    private let octets: [UInt8]
    private var position = 0

    init(_ text: String) { octets = Array(text.utf8) }

    mutating func challenges() -> [AuthenticationChallenge] {
        var challenges: [AuthenticationChallenge] = []
        while let word = token() {
            if next() == UInt8(ascii: "=") {
                position += 1
                let value = value()
                guard let last = challenges.indices.last else { continue }
                challenges[last].parameters[word.lowercased()] = value
            } else {
                challenges.append(AuthenticationChallenge(scheme: word, parameters: [:]))
            }
        }
        return challenges
    }

    /// The next word after blanks and commas; `nil` at the end.
    private mutating func token() -> String? {
        while position < octets.count, Self.separates(octets[position]) { position += 1 }
        let start = position
        while position < octets.count, !Self.separates(octets[position]),
            octets[position] != UInt8(ascii: "=")
        { position += 1 }
        if position == start, position < octets.count { position += 1 }  // a stray "="
        return position == start ? nil : String(decoding: octets[start..<position], as: UTF8.self)
    }

    /// The next octet that is no blank, not consumed.
    private mutating func next() -> UInt8? {
        while position < octets.count, octets[position] == 32 || octets[position] == 9 {
            position += 1
        }
        return position < octets.count ? octets[position] : nil
    }

    private mutating func value() -> String {
        guard next() == UInt8(ascii: "\"") else {
            let start = position
            while position < octets.count, !Self.separates(octets[position]) { position += 1 }
            return String(decoding: octets[start..<position], as: UTF8.self)
        }
        position += 1
        var value: [UInt8] = []
        while position < octets.count, octets[position] != UInt8(ascii: "\"") {
            if octets[position] == UInt8(ascii: "\\"), position + 1 < octets.count { position += 1 }
            value.append(octets[position])
            position += 1
        }
        position += 1
        return String(decoding: value, as: UTF8.self)
    }

    private static func separates(_ octet: UInt8) -> Bool {
        octet == UInt8(ascii: ",") || octet == UInt8(ascii: " ") || octet == UInt8(ascii: "\t")
    }
}
