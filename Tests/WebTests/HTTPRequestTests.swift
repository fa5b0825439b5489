import Testing
import Web

@Suite struct HTTPRequestTests {
    @Test(arguments: ["Bearer abc.def", "bearer abc.def", "BEARER  abc.def"])
    func `finds the bearer token whatever the scheme's case`(value: String) {
        let request = HTTPRequest(method: .get, path: "/", headers: [.authorization: value])
        #expect(request.bearerToken == "abc.def")
    }

    @Test(arguments: ["Basic abc", "Bearer", "Bearer a b", "abc", ""])
    func `anything else is no bearer token`(value: String) {
        let request = HTTPRequest(method: .get, path: "/", headers: [.authorization: value])
        #expect(request.bearerToken == nil)
    }

    @Test(arguments: ["If-Match", "if-match", "IF-MATCH"])
    func `looks headers up in any case`(name: String) {
        let request = HTTPRequest(method: .patch, path: "/", headers: [.ifMatch: "\"1\""])
        #expect(request.headers[name] == "\"1\"")
        #expect(request.headers["cookie"] == nil)
    }

    @Test func `the first of two query values stands, and a bare name is empty`() {
        let request = HTTPRequest(
            method: .get,
            path: "/rooms//demo/",
            query: [("wait", "1"), ("wait", "2"), ("flag", "")]
        )
        #expect(request[query: "wait"] == "1")
        #expect(request[query: "flag"] == "")
        #expect(request[query: "none"] == nil)
        #expect(request.segments == ["rooms", "demo"])
    }

    @Test func `a body that is not UTF-8 is no text`() {
        #expect(HTTPRequest(method: .post, path: "/", body: [0xFF]).text == nil)
        #expect(HTTPRequest(method: .post, path: "/", body: [0x61]).text == "a")
    }
}
