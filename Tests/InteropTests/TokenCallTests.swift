import Ciphers
import Foundation
import Testing

/// A real `sfu` with a secret: what opens the door, and what does not.
@Suite(.tags(.interop)) struct TokenCallTests {
    static let secret = "a secret of more than sixteen octets"

    struct Caller: CustomTestStringConvertible {
        let name: String
        var claims = ""
        var secret = TokenCallTests.secret
        let status: Int
        let says: String
        var testDescription: String { name }
    }

    /// HS256 over JSON claims (RFC 7515).
    static func token(_ claims: String, secret: String) -> String {
        func base64URL(_ bytes: [UInt8]) -> String {
            Data(bytes).base64EncodedString().replacingOccurrences(of: "+", with: "-")
                .replacingOccurrences(of: "/", with: "_").replacingOccurrences(of: "=", with: "")
        }
        let header = base64URL(Array(#"{"alg":"HS256","typ":"JWT"}"#.utf8))
        let signed = header + "." + base64URL(Array(claims.utf8))
        let signature = hmacSHA256(key: Array(secret.utf8), data: Array(signed.utf8))
        return signed + "." + base64URL(signature)
    }

    static func start() throws -> SFUProcess {
        let path = NSTemporaryDirectory() + "sluice-secret-\(UUID().uuidString)"
        try (secret + "\n").write(toFile: path, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try SFUProcess(["--auth-secret", path])
    }

    @Test(arguments: [
        Caller(name: "without a token", status: 401, says: "token"),
        Caller(
            name: "signed with another secret", claims: #"{"room":"r","publish":true,"exp":9e9}"#,
            secret: "another secret altogether", status: 401, says: "signature"),
        Caller(
            name: "expired", claims: #"{"room":"r","publish":true,"exp":1000000000}"#, status: 401,
            says: "expired"),
        Caller(
            name: "for another room", claims: #"{"room":"q","publish":true,"exp":9e9}"#,
            status: 403, says: "room"),
        Caller(
            name: "to watch only", claims: #"{"room":"r","subscribe":true,"exp":9e9}"#,
            status: 403, says: "publish"),
        Caller(
            name: "to publish", claims: #"{"room":"r","publish":true,"exp":9e9}"#, status: 201,
            says: "v=0"),
    ]) func `publishing takes a token that grants it in this room`(caller: Caller) async throws {
        let sfu = try Self.start()
        let bearer =
            caller.claims.isEmpty
            ? ""
            : "authorization: Bearer \(Self.token(caller.claims, secret: caller.secret))\r\n"
        let answer = try await call(
            "POST", "/rooms/r/whip", port: sfu.port, headers: SignallingCallTests.sdp + bearer,
            body: try SignallingCallTests.fixture("chromium-156-publish"))
        #expect(answer.status == caller.status)
        #expect(answer.body.lowercased().contains(caller.says), "\(answer.body)")
        #expect(sfu.stop().code == 0)
    }

    @Test func `health, the page and preflights need no token; all else does`() async throws {
        let sfu = try Self.start()
        for path in ["/health", "/", "/main.js"] {
            #expect(try await get(path, port: sfu.port).status == 200)
        }
        #expect(try await call("OPTIONS", "/rooms/r/whip", port: sfu.port).status == 204)
        for path in ["/rooms", "/rooms/r", "/rooms/r/events", "/metrics"] {
            #expect(try await get(path, port: sfu.port).status == 401)
        }
        let admin = Self.token(#"{"admin":true,"exp":9e9}"#, secret: Self.secret)
        let bearer = "authorization: Bearer \(admin)\r\n"
        #expect(try await get("/rooms", port: sfu.port, headers: bearer).status == 200)
        #expect(try await get("/metrics", port: sfu.port, headers: bearer).status == 200)
        #expect(sfu.stop().code == 0)
    }
}
