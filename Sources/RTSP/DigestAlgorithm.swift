import Ciphers

/// A digest's hash function, and whether the nonces go into its key (RFC 7616 §3.4.2).
struct DigestAlgorithm: Hashable {
    enum Function { case md5, sha256 }

    let function: Function
    let isSession: Bool

    /// Unknown names count as MD5: cameras write nonsense here, and MD5 is what they mean.
    init(name: String) {
        let name = name.lowercased()
        function = name.hasPrefix("sha-256") || name.hasPrefix("sha256") ? .sha256 : .md5
        isSession = name.hasSuffix("-sess")
    }

    /// The name as `algorithm` wants it.
    var name: String {
        (function == .md5 ? "MD5" : "SHA-256") + (isSession ? "-sess" : "")
    }

    func hash(_ text: String) -> String {
        switch function {
        case .md5: hexadecimal(md5(Array(text.utf8)))
        case .sha256: hexadecimal(sha256(Array(text.utf8)))
        }
    }

    /// What proves the password (RFC 7616 §3.4.1).
    ///
    /// - Parameter count: The use of the nonce with `qop=auth`; `nil` as RFC 2069 has it.
    func response(
        to question: DigestQuestion, by credentials: RTSPCredentials, clientNonce: String,
        count: String?
    ) -> String {
        var secret = hash("\(credentials.user):\(question.realm):\(credentials.password)")
        if isSession { secret = hash("\(secret):\(question.nonce):\(clientNonce)") }
        let asked = hash("\(question.method):\(question.uri)")
        guard let count else { return hash("\(secret):\(question.nonce):\(asked)") }
        return hash("\(secret):\(question.nonce):\(count):\(clientNonce):auth:\(asked)")
    }
}

/// What a digest is about.
struct DigestQuestion {
    let realm: String
    let nonce: String
    let method: String
    let uri: String
}
