import Testing
import Web

@testable import Signalling

/// Whose pages may call: a server that asks nobody who he is answers to this machine alone.
@Suite struct OriginsTests {
    private func request(_ origin: String?, host: String = "127.0.0.1:3000") -> HTTPRequest {
        var headers: HTTPHeaders = [.host: host]
        headers[.origin] = origin
        return HTTPRequest(method: .get, path: "/rooms", headers: headers)
    }

    @Test(arguments: [
        "http://127.0.0.1:8080", "https://localhost", "http://[::1]:9", "http://127.0.0.1",
    ]) func `pages of this machine may call`(origin: String) {
        #expect(Origins.local.admitted(request(origin)) == origin)
    }

    @Test func `the server's own page may call by the address it is reached at`() {
        let origin = "http://192.0.2.7:3000"
        #expect(Origins.local.admitted(request(origin, host: "192.0.2.7:3000")) == origin)
        #expect(Origins.local.admitted(request(origin, host: "192.0.2.7:3001")) == nil)
    }

    @Test(arguments: [
        "127.0.0.1:3000", "localhost", "LOCALHOST:80", "[::1]:3000", "192.0.2.7", nil,
    ])
    func `an address and localhost are answered`(host: String?) throws {
        var asked = request(nil)
        asked.headers[.host] = host
        try Origins.local.check(asked)
    }

    @Test(arguments: [
        "rebound.example:3000", "127.0.0.1.example", "localhost.example", "1.2.3.com",
    ])
    func `another name is not, for its pages may be anybody's`(host: String) throws {
        let refusal = #expect(throws: Refused.self) {
            try Origins.local.check(request("http://" + host, host: host))
        }
        #expect(refusal?.status == 403)
        try Origins.any.check(request(nil, host: host))
    }

    @Test(arguments: [
        "https://example.com", "null", "", "http:", "http://127.0.0.1.example.com",
        "http://localhost.example.com:80", "http://[::2]", "file://",
    ]) func `no other page may`(origin: String) {
        #expect(Origins.local.admitted(request(origin)) == nil)
        #expect(Origins.any.admitted(request(origin)) == "*", "who has a token proves himself")
    }

    @Test func `who names no page is no page`() {
        #expect(Origins.local.admitted(request(nil)) == "*")
    }
}
