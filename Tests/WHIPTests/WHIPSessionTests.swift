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

    @Test func `follows five redirections, and takes the token to nobody in the clear`() {
        func redirection(_ location: String) -> Result<HTTPReply, FetchError> {
            .success(HTTPReply(status: 307, headers: [HTTPField("location", location)]))
        }
        var session = session()
        for number in 1...5 {
            guard case .call(let call) = session.receive(redirection("https://b.test/\(number)"))
            else {
                Issue.record("not followed")
                return
            }
            #expect(call.url == "https://b.test/\(number)" && call.body != nil)
        }
        #expect(session.receive(redirection("https://b.test/6")) == .failed(.tooManyRedirections))
        var careful = self.session()
        #expect(careful.receive(redirection("http://media.test/x")) == .failed(.tokenWouldLeak))
        var open = self.session("http://a.test/x", bearer: nil)
        guard case .call = open.receive(redirection("http://b.test/x")) else {
            Issue.record("without a token there is nothing to leak")
            return
        }
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

    @Test(arguments: [
        ("/session", true), ("https://other.test/session", true),
        ("http://other.test/session", false),
    ]) func `the token goes along with the goodbye, but not in the clear to a stranger`(
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
