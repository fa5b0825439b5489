import RTSP
import Testing
import Timing

@Suite struct CameraFailureTests {
    static let digest = #"WWW-Authenticate: Digest realm="r", nonce="1""#

    @Test func `a new nonce in mid-session is answered, a second refusal is not`() throws {
        var script = try Script("rtsp://u:p@camera/live")
        script.answer(401, [Self.digest])
        #expect(script.last.method == .options)
        #expect(script.last.headers["Authorization"]?.contains("nonce=\"1\"") == true)
        script.answer()
        #expect(
            script.last.headers["Authorization"]?.contains("uri=\"rtsp://camera/live\"") == true)
        script.answer(401, [#"WWW-Authenticate: Digest realm="r", nonce="2""#])
        #expect(script.last.headers["Authorization"]?.contains("nonce=\"2\"") == true)
        script.answer(401, [#"WWW-Authenticate: Digest realm="r", nonce="3", stale=true"#])
        #expect(script.last.headers["Authorization"]?.contains("nonce=\"3\"") == true)
        #expect(script.last.method == .describe)
        script.answer(401, [#"WWW-Authenticate: Digest realm="r", nonce="4", stale=true"#])
        #expect(script.ending == .some(.wrongCredentials))
    }

    @Test func `a redirection is followed on a new connection, with the password`() throws {
        var script = try Script("rtsp://u:p@camera/live")
        script.answer()
        script.answer(302, ["Location: rtsp://other:8554/x"])
        guard case .redirected(let url) = script.events.last else {
            Issue.record("it is not redirected")
            return
        }
        #expect((url.host, url.port) == ("other", 8554))
        #expect(script.client.nextDeadline == nil)
        script.client.connectionClosed(at: script.now)
        script.receive("RTSP/1.0 200 OK\r\n\r\n")
        script.client.start(at: script.now)
        script.take()
        #expect(script.last.uri == "rtsp://other:8554/x")
        script.answer(401, [Self.digest])
        #expect(script.last.headers["Authorization"]?.hasPrefix("Digest") == true)
        script.answer(401, ["WWW-Authenticate: Basic realm=\"x\""])
        #expect(script.ending == .some(.wrongCredentials))
    }

    @Test func `a password in the clear goes to no other host`() throws {
        for (target, error) in [
            ("rtsp://other/x", RTSPError.passwordWouldLeak), ("rtsps://other/x", nil),
        ] {
            var script = try Script("rtsp://u:p@camera/live")
            script.answer(301, ["Location: \(target)"])
            script.client.start(at: script.now)
            script.take()
            script.answer(401, ["WWW-Authenticate: Basic realm=\"x\""])
            #expect((script.ending ?? nil) == error)
            #expect((script.last.headers["Authorization"] == "Basic dTpw") == (error == nil))
        }
    }

    @Test(arguments: ["", "Location: ", "Location: http://x/", "Location: rtsp://other/"])
    func `a redirection to nowhere, or away from TLS, is refused`(line: String) throws {
        var script = try Script("rtsps://camera/live")
        script.answer(302, line.isEmpty ? [] : [line])
        #expect(script.ending == .some(.badRedirection))
    }

    @Test func `five redirections are followed, the sixth is not`() throws {
        var script = try Script()
        for _ in 0..<5 {
            script.answer(302, ["Location: rtsp://camera/next"])
            script.client.start(at: script.now)
            script.take()
        }
        script.answer(302, ["Location: rtsp://camera/next"])
        #expect(script.ending == .some(.tooManyRedirections(limit: 5)))
    }

    @Test(arguments: [
        ("OPTIONS", 200), ("GET_PARAMETER", 200), ("SET_PARAMETER", 200), ("ANNOUNCE", 200),
        ("BREW", 501),
    ]) func `a server's requests are answered`(method: String, status: Int) throws {
        var script = try Script()
        script.setUp()
        script.answer()
        let asked = "\(method) rtsp://camera/live RTSP/1.0\r\nCSeq: 1000\r\n\r\n"
        script.client.receive(Array(asked.utf8).span.bytes, at: script.now)
        let octets = script.client.nextOutput() ?? []
        let response = try RTSPResponse(parsing: octets.span.bytes)
        #expect(response.status == status)
        #expect(response.headers.sequence == 1000)
        #expect(response.headers["Session"] == "77")
        #expect(script.ending == .none)
    }

    @Test func `a server may end the session, or send the client elsewhere`() throws {
        var script = try Script()
        script.setUp()
        script.receive("TEARDOWN rtsp://camera/live RTSP/1.0\r\nCSeq: 1\r\n\r\n")
        #expect(script.ending == .some(.closedByServer))
        var other = try Script()
        other.setUp()
        other.answer()
        other.receive("REDIRECT * RTSP/1.0\r\nCSeq: 1\r\nLocation: rtsp://other/\r\n\r\n")
        #expect(other.events.last == .redirected(try cameraURL("rtsp://other/")))
    }

    @Test(arguments: [
        (404, [], "", RTSPError.notFound),
        (403, [], "", .refused(method: .describe, status: 403, reason: "X")),
        (200, [], "<html>", .invalidDescription(.invalid(field: "number of m= lines", at: 6))),
        (401, [digest], "", .credentialsNeeded),
        (
            200, [], "m=video 0 RTP/AVP 26\n",
            .noTrack(wanted: ["H264"], offered: ["JPEG"])
        ),
    ]) func `a description that is of no use says why`(
        status: Int, lines: [String], body: String, error: RTSPError
    ) throws {
        var script = try Script()
        script.answer()
        script.answer(status, lines, body: body)
        #expect(script.ending == .some(error))
        #expect(!error.description.isEmpty)
        script.answer()
        script.advance(to: origin + .seconds(100))
        script.client.start(at: script.now)
        script.client.close(at: script.now)
        script.client.connectionClosed(at: script.now)
        script.take()
        #expect(script.events.filter { if case .ended = $0 { true } else { false } }.count == 1)
        #expect(script.last.method == .describe)
    }

    @Test func `the connection's end is an end at any time`() throws {
        for count in 0...5 {
            var script = try Script()
            if count > 0 { script.answer() }
            if count > 1 { script.answer(200, body: cameraText) }
            for _ in 2..<max(count, 2) { script.answer(200, ["Session: 1"]) }
            script.client.connectionClosed(at: script.now)
            script.take()
            #expect(script.ending == .some(.connectionClosed))
        }
    }

    @Test func `closing waits two seconds for the camera, and no longer`() throws {
        var script = try Script()
        script.client.close(at: script.now)
        script.take()
        #expect(script.ending == .some(nil))
        var other = try Script()
        other.setUp()
        other.answer()
        other.client.close(at: other.now)
        other.take()
        #expect(other.last.method == .teardown)
        #expect(other.client.nextDeadline == origin + .seconds(2))
        other.receive(RTSPStreamTests.frame(packet(1)))
        other.advance(to: origin + .seconds(2))
        #expect(other.ending == .some(nil))
    }

    @Test func `garbage in the middle is skipped, counted and told`() throws {
        var script = try Script()
        script.setUp()
        script.answer()
        script.receive([1, 2, 3] + RTSPStreamTests.frame(packet(5)))
        #expect(script.client.skippedByteCount == 3)
        #expect(script.events.contains(.skipped(byteCount: 3)))
        #expect(script.events.last.map { if case .packet = $0 { true } else { false } } == true)
    }

    @Test func `a web server at the port is told from a camera`() throws {
        var script = try Script()
        script.receive("HTTP/1.1 400 Bad Request\r\n\r\n")
        #expect(script.ending == .some(.notRTSP))
    }
}
