import Ciphers
import Testing
import Web

@testable import Signalling

@Suite struct BearerTokenTests {
    // RFC 7515 A.1
    private static let rfcKey =
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"
    private static let rfcToken =
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9"
        + ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
        + ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

    private let secret = Array("a secret of some length".utf8)

    private func token(
        _ claims: String,
        header: String = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}"
    ) -> String {
        let signed = encodeBase64URL(Array(header.utf8)) + "." + encodeBase64URL(Array(claims.utf8))
        return signed + "." + encodeBase64URL(hmacSHA256(key: secret, data: Array(signed.utf8)))
    }

    private func error(_ text: String, now: Int64 = 1000) -> TokenError? {
        do throws(TokenError) {
            _ = try BearerToken(verifying: text[...], secret: secret, now: now)
            return nil
        } catch {
            return error
        }
    }

    @Test func `verifies the token of RFC 7515 A 1 until it expires`() throws {
        let key = try #require(decodeBase64URL(Self.rfcKey[...]))
        #expect(key.count == 64)
        let token = try BearerToken(
            verifying: Self.rfcToken[...],
            secret: key,
            now: 1_300_819_379
        )
        #expect(token.room == nil)
        #expect(throws: TokenError.expired) {
            try BearerToken(verifying: Self.rfcToken[...], secret: key, now: 1_300_819_380)
        }
    }

    @Test func `a token cut or altered anywhere opens nothing`() {
        let good = token("{\"exp\":2000,\"room\":\"demo\",\"admin\":true}")
        #expect(error(good) == nil)
        for count in 0..<good.utf8.count { #expect(error(String(good.prefix(count))) != nil) }
        for index in good.indices {
            var altered = good
            let other: Character = good[index] == "A" ? "B" : "A"
            altered.replaceSubrange(index...index, with: [other])
            #expect(error(altered) != nil, "\(altered)")
        }
    }

    @Test func `wants HS256, whatever the header says`() {
        let claims = "{\"exp\":2000}"
        #expect(error(token(claims, header: "{\"alg\":\"none\"}")) == .unsupported)
        #expect(error(token(claims, header: "{\"alg\":\"hs256\"}")) == .unsupported)
        #expect(error(token(claims, header: "{\"alg\":\"RS256\"}")) == .unsupported)
        #expect(
            error(token(claims, header: "{\"alg\":\"HS256\",\"crit\":[\"b64\"]}")) == .unsupported
        )
        #expect(error(token(claims, header: "{}")) == .malformed)
        let unsigned =
            encodeBase64URL(Array("{\"alg\":\"none\"}".utf8)) + "."
            + encodeBase64URL(Array(claims.utf8)) + "."
        #expect(error(unsigned) == .unsupported)
    }

    @Test func `minds exp and nbf to the second`() {
        let text = token("{\"exp\":2000,\"nbf\":1500}")
        #expect(error(text, now: 1499) == .notYetValid)
        #expect(error(text, now: 1500) == nil)
        #expect(error(text, now: 1999) == nil)
        #expect(error(text, now: 2000) == .expired)
        #expect(error(token("{}")) == .claim(.missing(field: "exp")))
        #expect(
            error(token("{\"exp\":\"soon\"}"))
                == .claim(.wrongType(field: "exp", expected: "a number"))
        )
    }

    @Test func `another secret's signature is wrong`() {
        let text = token("{\"exp\":2000}")
        #expect(throws: TokenError.wrongSignature) {
            try BearerToken(verifying: text[...], secret: [1, 2, 3], now: 1000)
        }
    }

    @Test func `grants what it says, in its room alone`() throws {
        let text = token("{\"exp\":2000,\"room\":\"demo\",\"subscribe\":true,\"publish\":false}")
        let granted = try BearerToken(verifying: text[...], secret: secret, now: 1000)
        try granted.require(.subscribe, in: "demo")
        #expect(throws: TokenError.publishNotGranted) { try granted.require(.publish, in: "demo") }
        #expect(throws: TokenError.otherRoom) { try granted.require(.subscribe, in: "Demo") }
        #expect(throws: TokenError.adminNotGranted) { try granted.requireAdmin() }
    }

    @Test func `a token without a room opens none, and an admin every one`() throws {
        let roomless = token("{\"exp\":2000,\"publish\":true}")
        let granted = try BearerToken(verifying: roomless[...], secret: secret, now: 1000)
        #expect(throws: TokenError.otherRoom) { try granted.require(.publish, in: "demo") }
        let all = token("{\"exp\":2000,\"admin\":true}")
        let admin = try BearerToken(verifying: all[...], secret: secret, now: 1000)
        try admin.require(.publish, in: "demo")
        try admin.requireAdmin()
    }

    @Test(arguments: ["A", "AB=", "AAAAA", "AA AA", "A+", "A/", "AB", "AAB", "ä"])
    func `base64url is strict`(text: String) {
        #expect(decodeBase64URL(text[...]) == nil)
    }

    @Test(arguments: [
        ("", []), ("AA", [0]), ("AAA", [0, 0]), ("_-A", [0xFF, 0xE0]), ("Zm9v", [102, 111, 111]),
    ])
    func `base64url reads whole octets`(text: String, bytes: [UInt8]) {
        #expect(decodeBase64URL(text[...]) == bytes)
    }

    @Test func `answers 401 to what proves nothing and 403 to what proves too little`() {
        let request = HTTPRequest(method: .get, path: "/")
        #expect(throws: TokenError.missing) { try request.token(secret: secret, now: 0) }
        #expect(TokenError.missing.status == 401)
        #expect(TokenError.expired.status == 401)
        #expect(TokenError.otherRoom.status == 403)
    }
}
