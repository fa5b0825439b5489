import Fetch
import Testing

@testable import WHIP

/// What a session asks of its endpoint, and what it makes of the answers.
@Suite struct WHIPSessionTests {
    private static let endpoint = "https://media.test:8443/rooms/a/whip?x=1"

    private func session(_ endpoint: String = endpoint, bearer: String? = "secret") -> WHIPSession {
        WHIPSession(endpoint: endpoint, bearer: bearer, offer: "v=0\r\n")
    }

    private func created(_ location: String?, _ headers: [HTTPField] = []) -> HTTPReply {
        HTTPReply(
            status: 201,
            headers: [HTTPField("Content-Type", "application/sdp; charset=utf-8")] + headers
                + (location.map { [HTTPField("Location", $0)] } ?? []), body: Array("v=0".utf8))
    }

    @Test func `posts the offer with the token, and deletes what was made of it`() throws {
        var session = session()
        guard case .call(let call) = session.start() else {
            Issue.record("no call")
            return
        }
        #expect(call.method == "POST" && call.url == Self.endpoint)
        #expect(call.body == Array("v=0\r\n".utf8))
        #expect(call.headers.contains(HTTPField("authorization", "Bearer secret")))
        #expect(call.headers.contains(HTTPField("content-type", "application/sdp")))
        #expect(session.end() == nil)
        let link = HTTPField(
            "Link", "<stun:stun.test>; rel=\"ice-server\", <https://x>; rel=\"next\"")
        #expect(session.receive(.success(created("/s/7", [link]))) == .answered("v=0"))
        #expect(session.resource == "https://media.test:8443/s/7")
        #expect(session.iceServers == ["stun:stun.test"])
        let end = try #require(session.end())
        #expect(end.method == "DELETE" && end.url == "https://media.test:8443/s/7")
        #expect(end.headers == [HTTPField("authorization", "Bearer secret")])
    }

    @Test(arguments: [
        ("https://other.test/s", "https://other.test/s"), ("/s/1", "https://media.test:8443/s/1"),
        ("s/1", "https://media.test:8443/rooms/a/s/1"), ("//b.test/s", "https://b.test/s"),
    ]) func `takes a Location as it comes`(location: String, resolved: String) {
        var session = session()
        _ = session.receive(.success(created(location)))
        #expect(session.resource == resolved)
    }

    @Test(arguments: [nil, "", "ftp://x/y"]) func `without a usable Location there is no session`(
        location: String?
    ) {
        var session = session()
        #expect(session.receive(.success(created(location))) == .failed(.noResource))
    }

    private func redirection(_ location: String) -> Result<HTTPReply, FetchError> {
        .success(HTTPReply(status: 307, headers: [HTTPField("location", location)]))
    }

    private func hasToken(_ step: WHIPSession.Step) -> Bool? {
        guard case .call(let call) = step else { return nil }
        return call.headers.contains { $0.name == "authorization" }
    }

    @Test func `follows five redirections`() {
        var session = session()
        for number in 1...5 {
            guard case .call(let call) = session.receive(redirection("/moved/\(number)")) else {
                Issue.record("not followed")
                return
            }
            #expect(call.url == "https://media.test:8443/moved/\(number)" && call.body != nil)
            #expect(call.headers.contains(HTTPField("authorization", "Bearer secret")))
        }
        #expect(session.receive(redirection("/6")) == .failed(.tooManyRedirections))
    }

    /// RFC 9110 §15.4: what was meant for one server goes along to no other.
    @Test(arguments: [
        "https://b.test:8443/x", "http://media.test:8443/x", "https://media.test/x", "//b.test/x",
        "https://media.test:8443@b.test/x", "https://b.test/?https://media.test:8443/",
    ]) func `a redirection to another server is followed without the token`(location: String) {
        var session = session()
        #expect(hasToken(session.receive(redirection(location))) == false)
        let refused = session.receive(.success(HTTPReply(status: 401)))
        #expect(refused == .failed(.tokenWouldLeak))
        #expect(!WHIPError.tokenWouldLeak.isTransient)
        #expect(hasToken(session.receive(redirection(Self.endpoint))) == true, "it is for this one")
    }

    @Test func `the server is the same however its name and its port are written`() {
        var session = session("http://A.test/x")
        #expect(hasToken(session.receive(redirection("HTTP://a.TEST:80/y"))) == true)
    }

    @Test func `the server that is asked has a host and a port, also behind a redirection`() {
        var session = session()
        #expect(session.server == "media.test:8443")
        let reply = HTTPReply(
            status: 307, headers: [HTTPField("location", "https://u:p@B.test/w?token=t")])
        _ = session.receive(.success(reply))
        #expect(session.server == "b.test:443", "no secret is in it")
        #expect(WHIPSession(endpoint: "whip", bearer: nil, offer: "").server == nil)
    }

    @Test func `a session made without a usable answer can still be ended`() {
        var session = session()
        let reply = HTTPReply(
            status: 201,
            headers: [HTTPField("location", "/s/1"), HTTPField("content-type", "text/html")],
            body: [0x3C])
        #expect(session.receive(.success(reply)) == .failed(.noAnswer(contentType: "text/html")))
        #expect(session.end()?.url.hasSuffix("/s/1") == true)
    }

    @Test(arguments: [
        (401, "the endpoint does not accept the token (401)", false),
        (404, "the endpoint answered 404: Room not found", true),
        (406, "the endpoint answered 406: Room not found", false),
        (503, "the endpoint answered 503: Room not found", true),
    ]) func `a refusal is one sentence, and says whether to try again`(
        status: Int, sentence: String, isTransient: Bool
    ) {
        var session = session()
        let reply = HTTPReply(status: status, body: Array("Room not found\r\n".utf8))
        guard case .failed(let error) = session.receive(.success(reply)) else {
            Issue.record("not refused")
            return
        }
        #expect(error.description == sentence && error.isTransient == isTransient)
        #expect(!error.description.contains("secret"))
    }

    static let bodies = [
        (#"{"detail":"There is nothing here"}"#, ": There is nothing here"),
        ("{\n \"status\": 404, \"error\": \"no such\\nroom: \\u00e9\"\n}", ": no such room: é"),
        (#"{"error":"b","detail":"a"}"#, ": a"), (#"{"detail":["a"],"error":"b"}"#, ": b"),
        (#"{"detail":7}"#, #": {"detail":7}"#), (#"["detail"]"#, #": ["detail"]"#),
        (#"{"detail":"cut"#, #": {"detail":"cut"#), ("", ""),
        (#"{"detail":""}"#, #": {"detail":""}"#),
    ]

    @Test(arguments: bodies) func `of a refusal in JSON its sentence alone is told`(
        body: String, told: String
    ) {
        let error = WHIPError(
            refusal: HTTPReply(status: 404, body: Array(body.utf8)), withToken: false)
        #expect(error.description == "the endpoint answered 404" + told)
    }

    @Test func `a refusal's sentence is told as far as 200 octets, also of JSON`() {
        let body = #"{"detail":""# + String(repeating: "x", count: 300) + #""}"#
        let error = WHIPError(
            refusal: HTTPReply(status: 404, body: Array(body.utf8)), withToken: false)
        let told = String(repeating: "x", count: 200)
        #expect(error.description == "the endpoint answered 404: " + told)
    }

    @Test(arguments: [
        ("/session", true), ("http://a.test:80/session", true),
        ("https://other.test/session", false), ("http://other.test/session", false),
    ]) func `the token goes along with the goodbye, but to no stranger`(
        location: String, isSent: Bool
    ) {
        var session = session("http://a.test/whip")
        #expect(session.receive(.success(created(location))) == .answered("v=0"))
        let call = session.end()
        #expect(call?.method == "DELETE")
        #expect(call?.headers.contains { $0.name == "authorization" } == isSent)
    }

    @Test func `an answer that is no SDP is refused`() {
        var session = session()
        let page = HTTPReply(
            status: 201,
            headers: [HTTPField("location", "/x"), HTTPField("content-type", "text/html")],
            body: [60])
        #expect(session.receive(.success(page)) == .failed(.noAnswer(contentType: "text/html")))
    }
}
