import Ciphers
import Testing
import Web

@testable import Signalling

/// Tokens for addresses: what they open, for how long, and where they may stand.
@Suite struct RecordingTokenTests {
    private static let secret = Array("a secret of some length".utf8)
    private let authority = Authority(secret: Self.secret) { 1000 }

    private static func token(_ claims: String) -> String {
        let signed = [#"{"alg":"HS256"}"#, claims].map { encodeBase64URL(Array($0.utf8)) }
            .joined(separator: ".")
        return signed + "." + encodeBase64URL(hmacSHA256(key: secret, data: Array(signed.utf8)))
    }

    private static let admin = token(#"{"exp":2000,"admin":true}"#)

    private func request(query: String? = nil, header: String? = nil) -> HTTPRequest {
        HTTPRequest(
            method: .get, path: "/", query: query.map { [("token", $0)] } ?? [],
            headers: header.map { [.authorization: "Bearer \($0)"] } ?? [:])
    }

    private func refusal(_ body: () throws(TokenError) -> Void) -> TokenError? {
        do throws(TokenError) {
            try body()
            return nil
        } catch {
            return error
        }
    }

    private func reading(_ recording: String, _ request: HTTPRequest) -> TokenError? {
        refusal { () throws(TokenError) in
            try authority.requireReading(of: recording, of: request)
        }
    }

    @Test func `octets become base64 for URLs and come back, whatever their number`() {
        for count in 0..<50 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 73 + count) }
            let text = base64URL(bytes)
            #expect(text == encodeBase64URL(bytes), "written apart, and the same")
            #expect(decodeBase64URL(text[...]) == bytes)
        }
    }

    @Test func `a token for a recording reads that one, until it ends`() throws {
        let text = BearerToken.reading(#"a "b"\"#, until: 1001, secret: Self.secret)
        #expect(reading(#"a "b"\"#, request(query: text)) == nil)
        #expect(reading(#"a "b"\"#, request(header: text)) == nil)
        #expect(reading("a", request(query: text)) == .otherRecording)
        let over = BearerToken.reading("a", until: 1000, secret: Self.secret)
        #expect(reading("a", request(query: over)) == .expired)
        let forged = BearerToken.reading("a", until: 2000, secret: [1, 2, 3])
        #expect(reading("a", request(query: forged)) == .wrongSignature)
    }

    @Test func `it opens nothing else`() throws {
        let text = BearerToken.reading("a", until: 2000, secret: Self.secret)
        let call = request(header: text)
        for permission in [BearerToken.Permission.publish, .subscribe] {
            let found = refusal { () throws(TokenError) in
                try authority.require(permission, in: "a", of: call)
            }
            #expect(found != nil, "\(permission)")
        }
        #expect(
            refusal { () throws(TokenError) in try authority.requireAdmin(of: call) }
                == .adminNotGranted)
        let room = Self.token(#"{"exp":2000,"room":"a","subscribe":true}"#)
        #expect(reading("a", request(query: room)) == .adminNotGranted)
    }

    @Test func `an address may hold a token where a recording is read, and nowhere else`() {
        let call = request(query: Self.admin)
        #expect(reading("a", call) == nil)
        #expect(
            refusal { () throws(TokenError) in try authority.requireAdmin(of: call) } == .missing)
        #expect(
            refusal { () throws(TokenError) in
                try authority.require(.subscribe, in: "a", of: call)
            } == .missing)
        #expect(reading("a", request(query: "")) == .malformed)
        #expect(reading("a", request()) == .missing)
        let both = request(query: "nonsense", header: Self.admin)
        #expect(reading("a", both) == nil, "the header is believed first")
        let spoilt = request(query: Self.admin, header: "nonsense")
        #expect(reading("a", spoilt) == .malformed)
    }

    private func link(_ seconds: Int64, _ request: HTTPRequest) throws -> String? {
        try authority.link(to: "a", lasting: seconds, for: request)
    }

    @Test func `an address is good for as long as was asked, and not beyond its maker's own token`()
        throws
    {
        let call = request(header: Self.admin)
        for (seconds, last) in [(60, 1059), (5000, 1999)] as [(Int64, Int64)] {
            let text = try #require(try link(seconds, call))
            let later = { now in Authority(secret: Self.secret) { now } }
            try later(last).requireReading(of: "a", of: request(query: text))
            #expect(throws: TokenError.expired) {
                try later(last + 1).requireReading(of: "a", of: request(query: text))
            }
        }
        let other = BearerToken.reading("b", until: 2000, secret: Self.secret)
        #expect(throws: TokenError.otherRecording) { try link(60, request(header: other)) }
        #expect(throws: TokenError.missing) { try link(60, request()) }
        #expect(try Authority(secret: nil) { 1000 }.link(to: "a", lasting: 60, for: call) == nil)
    }
}
