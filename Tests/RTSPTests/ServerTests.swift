import RTSP
import SDP
import Testing
import Timing

@Suite struct ServerTests {
    /// A server, and the requests that a test writes out.
    struct Desk: ~Copyable {
        var server: RTSPServer
        var now = origin
        var sequence = 0

        init(_ configure: (inout RTSPServerConfiguration) -> Void = { _ in }) throws {
            let description = try SessionDescription(parsing: cameraText)
            let mount = RTSPMount(path: "/live", description: description)
            var configuration = RTSPServerConfiguration(mounts: [mount], seed: [5])
            configure(&configuration)
            server = RTSPServer(configuration)
        }

        mutating func ask(
            _ method: RTSPMethod, _ path: String = "/live", _ fields: [String: String] = [:]
        ) throws -> RTSPResponse {
            sequence += 1
            var request = RTSPRequest(method, uri: "rtsp://host" + path)
            request.headers.append("CSeq", String(sequence))
            for (name, value) in fields { request.headers.append(name, value) }
            let octets = request.bytes
            server.receive(octets.span.bytes, at: now)
            let answer = server.nextOutput() ?? []
            let response = try RTSPResponse(parsing: answer.span.bytes)
            #expect(response.headers.sequence == sequence)
            return response
        }

        /// Sets up one section; the session's name.
        mutating func setUp(_ section: Int = 0) throws -> String {
            let response = try ask(
                .setup, "/live/trackID=\(section)",
                ["Transport": "RTP/AVP/TCP;unicast;interleaved=\(section * 2)-\(section * 2 + 1)"])
            #expect(response.status == 200)
            return try #require(SessionHeader(parsing: response.headers["Session"] ?? "")).id
        }
    }

    @Test func `describes what it offers, with controls of its own`() throws {
        var desk = try Desk()
        let response = try desk.ask(.describe)
        #expect(response.headers["Content-Base"] == "rtsp://host/live/")
        let text = String(decoding: response.body, as: UTF8.self)
        let description = try SessionDescription(parsing: text)
        #expect(description["control"] == "*")
        #expect(description.media.map { $0["control"] } == ["trackID=0", "trackID=1"])
        #expect(description.media.allSatisfy { $0.port == 0 })
        #expect(try desk.ask(.describe, "/live/").headers["Content-Base"] == "rtsp://host/live/")
        #expect(try desk.ask(.describe, "/live/x").status == 404)
        #expect(try desk.ask(.describe, "/").status == 404)
    }

    @Test(arguments: [
        ("RTP/AVP;unicast;client_port=4-5", 461), ("", 461), ("RTP/AVP/TCP;multicast", 461),
        ("RTP/AVP/TCP;interleaved=7-7", 461), ("RTP/AVP/TCP;unicast", 200),
        ("RTP/AVP;unicast;client_port=4-5,RTP/AVP/TCP;unicast;interleaved=2-3", 200),
        ("RTP/AVP/TCP;interleaved=255", 200),
    ]) func `sets up over the connection alone`(transport: String, status: Int) throws {
        var desk = try Desk()
        let response = try desk.ask(.setup, "/live/trackID=0", ["Transport": transport])
        #expect(response.status == status)
    }

    @Test func `refuses what makes no sense now, and says which way`() throws {
        var desk = try Desk()
        #expect(try desk.ask(.play).status == 455)
        let transport = ["Transport": "RTP/AVP/TCP"]
        #expect(try desk.ask(.setup, "/live/trackID=9", transport).status == 404)
        #expect(try desk.ask(.setup, "/live", transport).status == 404)
        let id = try desk.setUp()
        #expect(try desk.ask(.setup, "/live/trackID=0", transport).status == 455)
        #expect(try desk.ask(.play, "/live", ["Session": "other"]).status == 454)
        #expect(try desk.ask(.play, "/live").status == 454)
        #expect(try desk.ask(.record).status == 405)
        #expect(try desk.ask(RTSPMethod(rawValue: "BREW")).status == 501)
        let unsupported = try desk.ask(.options, "/live", ["Require": "backchannel"])
        #expect(unsupported.status == 551)
        #expect(unsupported.headers["Unsupported"] == "backchannel")
        #expect(try desk.ask(.getParameter, "/live", ["Session": id]).status == 200)
    }

    @Test func `sends while a client plays, and not before or after`() throws {
        var desk = try Desk()
        let id = try desk.setUp(1)
        desk.server.setStart(of: 1, sequenceNumber: 7, timestamp: 9)
        let octets = packet(3)
        let isEarly = desk.server.send(octets.span.bytes, track: 1)
        let played = try desk.ask(.play, "/live", ["Session": id])
        #expect(played.headers["RTP-Info"] == "url=rtsp://host/live/trackID=1;seq=7;rtptime=9")
        let isTaken = desk.server.send(octets.span.bytes, track: 1, isRTCP: true)
        let isUnknown = desk.server.send(octets.span.bytes, track: 0)
        let sent = desk.server.nextOutput()
        #expect(sent == [0x24, 3, 0, 40] + octets)
        #expect(try desk.ask(.pause, "/live", ["Session": id]).status == 200)
        let isLate = desk.server.send(octets.span.bytes, track: 1)
        #expect([isEarly, isTaken, isUnknown, isLate] == [false, true, false, false])
        #expect(try desk.ask(.teardown, "/live", ["Session": id]).status == 200)
        var events: [RTSPServerEvent] = []
        while let event = desk.server.nextEvent() { events.append(event) }
        #expect(events == [.playing(path: "/live", tracks: [1]), .paused, .ended(nil)])
    }

    @Test func `an answer to a challenge is good once`() throws {
        var desk = try Desk { $0.credentials = .init(user: "u", password: "p") }
        let refused = try desk.ask(.describe)
        #expect(refused.status == 401)
        #expect(refused.headers.values("WWW-Authenticate").count == 2)
        let request = RTSPClientConfiguration(
            url: try cameraURL("rtsp://u:p@host/live"), seed: [1])
        var client = RTSPClient(request)
        client.start(at: origin)
        var proof: String?
        for _ in 0..<2 {
            let octets = client.nextOutput() ?? []
            proof = try RTSPRequest(parsing: octets.span.bytes).headers["Authorization"] ?? proof
            var answer = refused
            answer.headers["CSeq"] = "1"
            let answered = answer.bytes
            client.receive(answered.span.bytes, at: origin)
        }
        let header = ["Authorization": try #require(proof)]
        #expect(try desk.ask(.options, "/live", header).status == 200)
        #expect(try desk.ask(.options, "/live", header).status == 401)  // again
        #expect(try desk.ask(.describe, "/live", header).status == 401)  // for another method
        #expect(try desk.ask(.options, "/live", ["Authorization": "Digest"]).status == 401)
        #expect(try desk.ask(.options, "/live", ["Authorization": "Basic dTpw"]).status == 401)
    }

    @Test func `closing tells the client`() throws {
        var talk = try Conversation()
        talk.client.start(at: origin)
        talk.run()
        talk.server.close()
        talk.run()
        #expect(talk.ending == .some(.closedByServer))
    }
}
