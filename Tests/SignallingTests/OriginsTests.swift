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

    @Test func `the server's own page may call by any name it is known by`() {
        let origin = "http://media.test:3000"
        #expect(Origins.local.admitted(request(origin, host: "media.test:3000")) == origin)
        #expect(Origins.local.admitted(request(origin, host: "media.test:3001")) == nil)
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
