import Testing

@testable import RTSP

@Suite struct AuthenticationTests {
    struct Vector: CustomTestStringConvertible, Sendable {
        let source: String
        var algorithm = ""
        var realm = "testrealm@host.com"
        var nonce = "dcd98b7102dd2f0e8b11d0f600bfb0c093"
        let password: String
        var clientNonce = ""
        var count: String?
        let response: String
        var testDescription: String { source }
    }

    static let vectors = [
        Vector(
            source: "RFC 7616 §3.9.1, MD5", realm: "http-auth@example.org",
            nonce: "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", password: "Circle of Life",
            clientNonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", count: "00000001",
            response: "8ca523f5e9506fed4657c9700eebdbec"),
        Vector(
            source: "RFC 7616 §3.9.1, SHA-256", algorithm: "SHA-256",
            realm: "http-auth@example.org",
            nonce: "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", password: "Circle of Life",
            clientNonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", count: "00000001",
            response: "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
        Vector(
            source: "RFC 2617 §3.5", password: "Circle Of Life", clientNonce: "0a4f113b",
            count: "00000001", response: "6629fae49393a05397450978507c4ef1"),
        Vector(
            source: "RFC 2069 §2.4 as corrected by erratum 749", algorithm: "md5",
            password: "CircleOfLife", response: "1949323746fe6a43ef61f9606e7febea"),
    ]

    @Test(arguments: vectors) func `answers as the RFCs do`(_ vector: Vector) {
        let response = DigestAlgorithm(name: vector.algorithm).response(
            to: DigestQuestion(
                realm: vector.realm, nonce: vector.nonce, method: "GET", uri: "/dir/index.html"),
            by: RTSPCredentials(user: "Mufasa", password: vector.password),
            clientNonce: vector.clientNonce, count: vector.count)
        #expect(response == vector.response)
    }

    @Test(arguments: [
        ("", "MD5"), ("MD5", "MD5"), ("md5-sess", "MD5-sess"), ("SHA-256", "SHA-256"),
        ("sha-256-SESS", "SHA-256-sess"), ("SHA256", "SHA-256"), ("nonsense", "MD5"),
    ]) func `an unknown algorithm counts as MD5`(name: String, known: String) {
        #expect(DigestAlgorithm(name: name).name == known)
    }

    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
        ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
        ("Aladdin:open sesame", "QWxhZGRpbjpvcGVuIHNlc2FtZQ=="),
    ]) func `base64 is what RFC 4648 §10 and RFC 7617 §2 show`(text: String, encoded: String) {
        #expect(base64(Array(text.utf8)) == encoded)
    }

    @Test func `several challenges in one header or several are told apart`() {
        let challenges = AuthenticationChallenge.list(parsing: [
            #"Digest realm="a, b", nonce="1\"2", stale=TRUE , qop="auth,auth-int", Basic realm="c""#,
            #"Digest realm=d nonce=e algorithm="SHA-256""#, "Negotiate", "",
        ])
        #expect(challenges.map(\.scheme) == ["Digest", "Basic", "Digest", "Negotiate"])
        #expect(challenges[0].realm == "a, b")
        #expect(challenges[0].nonce == "1\"2")
        #expect(challenges[0].isStale)
        #expect(challenges[0].offersQualityAuth)
        #expect(challenges[1].realm == "c")
        #expect(!challenges[2].offersQualityAuth)
        #expect(AuthenticationChallenge.best(of: challenges) == challenges[2])
        #expect(AuthenticationChallenge.best(of: Array(challenges[..<2])) == challenges[0])
        #expect(AuthenticationChallenge.best(of: [challenges[1]]) == challenges[1])
        #expect(AuthenticationChallenge.best(of: [challenges[3]]) == nil)
    }

    @Test(arguments: ["=", "==", "\"", "Digest =", "Digest a=\"", "a=\"\\", ",,,", "Digest a==b"])
    func `a malformed challenge is no reason to stop`(text: String) {
        for challenge in AuthenticationChallenge.list(parsing: [text, "Basic realm=\"x\""]) {
            #expect(!challenge.scheme.isEmpty)
        }
    }

    @Test func `each use of a nonce is counted, each nonce from one`() throws {
        var client = ClientAuthentication(
            credentials: RTSPCredentials(user: "a\"b", password: "p"), seed: [1])
        let none = client.header(method: .describe, uri: "u")
        #expect(none == nil)
        let first = AuthenticationChallenge.list(parsing: [
            #"Digest realm="r", nonce="n", qop="auth", opaque="o", algorithm=SHA-256"#
        ])
        try client.accept(first)
        let one = client.header(method: .describe, uri: "u") ?? ""
        let two = client.header(method: .describe, uri: "u") ?? ""
        #expect(one.contains(#"username="a\"b""#))
        #expect(one.contains("nc=00000001") && two.contains("nc=00000002"))
        #expect(one.contains(#"opaque="o""#) && one.contains(#"algorithm="SHA-256""#))
        #expect(one != two)
        try client.accept(AuthenticationChallenge.list(parsing: [#"Digest realm="r", nonce="m""#]))
        let old = client.header(method: .describe, uri: "u") ?? ""
        #expect(!old.contains("nc=") && !old.contains("cnonce") && !old.contains("algorithm"))
        client.reset()
        let forgotten = client.header(method: .describe, uri: "u")
        #expect(forgotten == nil)
    }

    @Test func `no challenge that is understood, or no password, is an error`() {
        var client = ClientAuthentication(credentials: nil, seed: [1])
        let basic = AuthenticationChallenge.list(parsing: ["Basic realm=\"r\""])
        #expect(throws: RTSPError.credentialsNeeded) { try client.accept(basic) }
        client.credentials = RTSPCredentials(user: "u", password: "p")
        #expect(throws: RTSPError.unsupportedAuthentication(schemes: ["Negotiate"])) {
            try client.accept(AuthenticationChallenge.list(parsing: ["Negotiate"]))
        }
        #expect(throws: RTSPError.wrongCredentials) { try client.accept([]) }
    }
}
