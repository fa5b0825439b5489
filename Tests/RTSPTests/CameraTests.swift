import RTSP
import Testing
import Timing

/// Cameras written out answer by answer: what each does differently is in the test's name.
@Suite struct CameraTests {
    @Test func `asks in the order that cameras expect, and with what they want`() throws {
        var script = try Script()
        #expect(script.last.method == .options)
        #expect(script.last.headers["User-Agent"] == "Sluice")
        script.setUp(base: "rtsp://camera/live/")
        #expect(script.requests.map(\.method) == [.options, .describe, .setup, .setup, .play])
        #expect(script.requests[1].headers["Accept"] == "application/sdp")
        #expect(script.requests[2].uri == "rtsp://camera/live/trackID=0")
        #expect(script.requests[2].headers["Transport"] == "RTP/AVP/TCP;unicast;interleaved=0-1")
        #expect(script.requests[2].headers["Session"] == nil)
        #expect(script.requests[3].headers["Session"] == "77")
        #expect(script.last.uri == "rtsp://camera/live/")
        #expect(script.last.headers["Range"] == "npt=0.000-")
        #expect(script.requests.compactMap(\.headers.sequence) == [1, 2, 3, 4, 5])
        script.answer(
            200, ["RTP-Info: url=rtsp://camera/live/trackID=1;seq=7;rtptime=8,url=trackID=0;seq=9"])
        guard case .playing(let tracks) = script.events.last else {
            Issue.record("it does not play")
            return
        }
        #expect(tracks.map(\.sequenceNumber) == [9, 7])
        #expect(tracks.map(\.timestamp) == [nil, 8])
        #expect(tracks.map(\.controlURL).last == "rtsp://camera/live/trackID=1")
    }

    @Test func `the session's name may change, channels may be the server's own`() throws {
        var script = try Script()
        script.answer()
        script.answer(200, body: cameraText)
        script.answer(200, ["Session: 1", "Transport: RTP/AVP/TCP;interleaved=5"])
        script.answer(200, ["Session: 2;timeout=20", "Transport: RTP/AVP;unicast;server_port=3-4"])
        #expect(script.last.headers["Session"] == "2")
        script.answer()
        guard case .playing(let tracks) = script.events.last else {
            Issue.record("it does not play")
            return
        }
        #expect(tracks.map(\.rtpChannel) == [5, 0])
        #expect(tracks.map(\.rtcpChannel) == [6, 1])
        script.receive(RTSPStreamTests.frame(packet(1), channel: 5))
        script.receive(RTSPStreamTests.frame(packet(1), channel: 1))
        script.receive(RTSPStreamTests.frame(packet(1), channel: 77))
        var places: [String] = []
        for case .packet(let packet) in script.events {
            places.append("\(packet.track) \(packet.isRTCP)")
        }
        #expect(places == ["0 false", "1 true"])
    }

    @Test func `OPTIONS refused, CSeq missing and an interim answer are no obstacle`() throws {
        var script = try Script()
        script.answer(501)
        #expect(script.last.method == .describe)
        script.receive("RTSP/1.0 100 Continue\r\n\r\nRTSP/1.0 200 OK\r\nCSeq: 99\r\n\r\n")
        #expect(script.last.method == .describe)
        let length = "Content-Length: \(cameraText.utf8.count)"
        script.receive("RTSP/1.0 200 OK\r\n\(length)\r\n\r\n\(cameraText)")
        #expect(script.last.method == .setup)
    }

    @Test func `the next URL is tried where one is not found`() throws {
        var script = try Script()
        script.answer()
        script.answer(200, body: cameraText)
        #expect(script.last.uri == "rtsp://camera/live/trackID=0")
        script.answer(404)
        #expect(script.last.uri == "rtsp://camera/trackID=0")
        script.answer(404)
        #expect(script.ending == .some(.refused(method: .setup, status: 404, reason: "X")))
    }

    @Test func `audio that cannot be set up is left out, video is not`() throws {
        var script = try Script()
        script.setUp(1)
        script.answer(500)
        #expect(script.last.method == .play)
        script.answer()
        guard case .playing(let tracks) = script.events.last else {
            Issue.record("it does not play")
            return
        }
        #expect(tracks.map(\.kind) == [.video])
        var other = try Script()
        other.setUp(0)
        other.answer(461)
        let error = RTSPError.refused(method: .setup, status: 461, reason: "X")
        #expect(other.ending == .some(error))
        #expect(error.description == "the camera refuses SETUP: 461 X")
    }

    @Test func `PLAY is asked for in three ways before it is given up`() throws {
        var script = try Script()
        script.setUp(base: "rtsp://camera/live/")
        script.answer(457)
        #expect(script.last.headers["Range"] == nil)
        script.answer(455)
        #expect(script.last.uri == "rtsp://camera/live")
        script.answer(455)
        #expect(script.ending == .some(.refused(method: .play, status: 455, reason: "X")))
        #expect(script.last.method == .teardown)
    }

    @Test func `a token in the query is for DESCRIBE alone (Nest)`() throws {
        var script = try Script("rtsps://nest:443/stream?auth=token")
        script.setUp()
        #expect(script.requests[1].uri == "rtsps://nest:443/stream?auth=token")
        #expect(script.last.method == .play)
        #expect(script.last.uri == "rtsps://nest:443/stream/")
        #expect(script.last.headers["Range"] == "npt=0.000-")
    }

    @Test func `a camera that hangs up with its 401 is answered on a new connection, once`() throws
    {
        var script = try Script("rtsp://u:p@camera/live")
        for _ in 0..<2 {
            script.answer()
            script.answer(401, [CameraFailureTests.digest])
            script.client.connectionClosed(at: script.now)
            script.take()
            guard script.ending == .none else { break }
            #expect(script.events.last == .redirected(try cameraURL("rtsp://u:p@camera/live")))
            script.client.start(at: script.now)
            script.take()
            #expect(script.last.headers["Authorization"]?.contains("nc=") == false)
        }
        #expect(script.ending == .some(.wrongCredentials))
    }

    @Test func `RTCP on another track's channel takes nothing from that track`() throws {
        var script = try Script()
        script.answer()
        script.answer(200, body: cameraText)
        script.answer(200, ["Session: 1", "Transport: RTP/AVP/TCP;interleaved=1-2"])
        script.answer(200, ["Transport: RTP/AVP/TCP;interleaved=0-1"])
        script.receive(RTSPStreamTests.frame(packet(1), channel: 1))
        guard case .packet(let packet) = script.events.last else {
            Issue.record("no packet")
            return
        }
        #expect(packet.track == 0 && !packet.isRTCP)
    }

    @Test func `media before PLAY's answer is delivered, and stands for it`() throws {
        var script = try Script()
        script.setUp()
        script.receive(RTSPStreamTests.frame(packet(1)))
        #expect(script.events.last.map { if case .packet = $0 { true } else { false } } == true)
        script.advance(to: origin + .seconds(15))
        guard case .playing = script.events.last else {
            Issue.record("it does not play")
            return
        }
    }

    @Test func `signs of life follow what the camera knows, and refusals are not fatal`() throws {
        var script = try Script {
            $0.reportInterval = nil
            $0.mediaTimeout = .seconds(1000)
        }
        script.setUp()
        script.answer()
        for (round, expected) in [RTSPMethod.getParameter, .options, .options].enumerated() {
            let time = origin + .seconds(25 * Int64(round + 1))
            #expect(script.client.nextDeadline == time)
            script.advance(to: time)
            #expect(script.last.method == expected)
            #expect(script.last.uri == "rtsp://camera/live")
            #expect(script.last.headers["Session"] == "77")
            if round < 2 { script.answer(round == 0 ? 405 : 200) }
        }
        script.advance(to: origin + .seconds(99))  // the third was never answered
        #expect(script.ending == .none)
        script.advance(to: origin + .seconds(100))
        script.answer(454)
        #expect(script.ending == .some(.sessionLost))
    }

    @Test(arguments: ["SETUP", "PLAY", "OPTIONS", "DESCRIBE"])
    func `a request without an answer is given up in time`(method: String) throws {
        var script = try Script()
        let count = ["OPTIONS": 0, "DESCRIBE": 1, "SETUP": 2, "PLAY": 4][method] ?? 0
        if count > 0 { script.answer() }
        if count > 1 { script.answer(200, body: cameraText) }
        if count > 2 { script.answer(200, ["Session: 1"]) }
        if count > 3 { script.answer(200, ["Session: 1"]) }
        #expect(script.client.nextDeadline == origin + .seconds(15))
        script.advance(to: origin + .milliseconds(14_999))
        #expect(script.ending == .none)
        script.advance(to: origin + .seconds(15))
        #expect(script.ending == .some(.timedOut(method: RTSPMethod(rawValue: method))))
        #expect(script.client.nextDeadline == nil)
    }
}
