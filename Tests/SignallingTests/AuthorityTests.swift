import Ciphers
import Testing
import Web

@testable import Signalling

/// For whom a token speaks: the peer it names, or any of its room.
@Suite struct AuthorityTests {
    private static let secret = Array("a secret of some length".utf8)
    private let authority = Authority(secret: Self.secret) { 1000 }

    private func request(_ claims: String) -> HTTPRequest {
        let signed = [#"{"alg":"HS256"}"#, claims].map(encode).joined(separator: ".")
        let signature = hmacSHA256(key: Self.secret, data: Array(signed.utf8))
        let token = signed + "." + encode(signature)
        return HTTPRequest(
            method: .post, path: "/", headers: [.authorization: "Bearer \(token)"])
    }

    private func encode(_ text: String) -> String { encode(Array(text.utf8)) }

    private func encode(_ bytes: [UInt8]) -> String { encodeBase64URL(bytes) }

    private func refusal(_ body: () throws(TokenError) -> Void) -> TokenError? {
        do throws(TokenError) {
            try body()
            return nil
        } catch {
            return error
        }
    }

    @Test func `a token that names a peer speaks for that one alone`() throws {
        let bob = request(#"{"exp":2000,"room":"a","peer":"bob","subscribe":true}"#)
        #expect(try authority.peer(of: bob, naming: nil) == "bob")
        #expect(try authority.peer(of: bob, naming: "bob") == "bob")
        #expect(
            refusal { () throws(TokenError) in _ = try authority.peer(of: bob, naming: "eve") }
                == .otherPeer)
        #expect(
            refusal { () throws(TokenError) in
                try authority.requireLeave(of: "bob", in: "a", of: bob)
            } == nil)
        #expect(
            refusal { () throws(TokenError) in
                try authority.requireLeave(of: "eve", in: "a", of: bob)
            } == .otherPeer)
        #expect(
            refusal { () throws(TokenError) in
                try authority.requireLeave(of: "bob", in: "b", of: bob)
            } == .otherRoom)
    }

    @Test func `a viewer's token without a name makes nobody leave`() throws {
        let viewer = request(#"{"exp":2000,"room":"a","subscribe":true}"#)
        #expect(try authority.peer(of: viewer, naming: "x") == "x")
        #expect(
            refusal { () throws(TokenError) in
                try authority.requireLeave(of: "x", in: "a", of: viewer)
            } == .publishNotGranted)
        let host = request(#"{"exp":2000,"room":"a","publish":true}"#)
        #expect(
            refusal { () throws(TokenError) in
                try authority.requireLeave(of: "x", in: "a", of: host)
            } == nil)
    }

    @Test func `without a secret everybody speaks for everybody`() throws {
        let open = Authority(secret: nil) { 1000 }
        let call = HTTPRequest(method: .post, path: "/", headers: [:])
        #expect(try open.peer(of: call, naming: "x") == "x")
        try open.requireLeave(of: "x", in: "a", of: call)
    }
}
