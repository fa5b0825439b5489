import Foundation
import Testing

/// The HTTP face of a real `sfu`: bodies, statuses, headers.
@Suite(.tags(.interop)) struct SignallingCallTests {
    static let json = "content-type: application/json\r\n"
    static let sdp = "content-type: application/sdp\r\n"

    static func fixture(_ name: String) throws -> String {
        try String(
            contentsOfFile: Lab.root + "/Tests/WebRTCTests/Fixtures/\(name).sdp", encoding: .utf8)
    }

    @Test func `peers join, are listed and leave, and the last one closes the room`()
        async throws
    {
        let sfu = try SFUProcess()
        let body = #"{"peerId": "a", "userId": "u", "fullName": "Ann", "roomName": "The room"}"#
        let joined = try await call(
            "POST", "/rooms/r/peers", port: sfu.port, headers: Self.json, body: body)
        #expect(joined.status == 200)
        #expect(joined.body.contains(#""peers":[]"#) && joined.body.contains("rtpCapabilities"))
        let again = try await call(
            "POST", "/rooms/r/peers", port: sfu.port, headers: Self.json, body: body)
        #expect(again.status == 400 && again.body == #"{"error":"Peer already exists"}"#)
        let list = try await get("/rooms", port: sfu.port).body
        #expect(list.contains(#""name":"The room","peerCount":1,"roomId":"r""#))
        #expect(list.contains(#""totalPeers":1,"totalRooms":1"#))
        let room = try await get("/rooms/r", port: sfu.port).body
        #expect(room.contains(#""fullName":"Ann""#) && room.contains(#""producerCount":0"#))
        let left = try await call("POST", "/rooms/r/peers/a/leave", port: sfu.port)
        #expect(left.status == 200 && left.body == #"{"success":true}"#)
        let gone = try await get("/rooms/r", port: sfu.port)
        #expect(gone.status == 404 && gone.body == #"{"error":"Room not found"}"#)
        let nobody = try await call("POST", "/rooms/r/peers/a/leave", port: sfu.port)
        #expect(nobody.status == 404)
        #expect(sfu.stop().code == 0)
    }

    @Test func `WHIP answers, restarts ICE and ends as RFC 9725 says`() async throws {
        let sfu = try SFUProcess()
        let created = try await call(
            "POST", "/rooms/r/whip?peer=a", port: sfu.port, headers: Self.sdp,
            body: try Self.fixture("chromium-156-publish"))
        #expect(created.status == 201)
        #expect(created.head.contains("content-type: application/sdp\r\n"))
        #expect(created.head.contains("access-control-expose-headers: location, etag"))
        let location = try #require(Self.header("location", of: created.head))
        let tag = try #require(Self.header("etag", of: created.head))
        let fragment = "a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\n"
        let type = "content-type: application/trickle-ice-sdpfrag\r\n"
        let conditions = [("", 428), ("if-match: \"old\"\r\n", 412), ("if-match: \(tag)\r\n", 204)]
        for (condition, status) in conditions {
            let answer = try await call(
                "PATCH", location, port: sfu.port, headers: type + condition, body: fragment)
            #expect(answer.status == status)
        }
        let restarted = try await call(
            "PATCH", location, port: sfu.port, headers: type + "if-match: *\r\n", body: fragment)
        #expect(restarted.status == 200 && restarted.body.contains("a=ice-ufrag:"))
        #expect(Self.header("etag", of: restarted.head) != tag)
        #expect(try await call("DELETE", location, port: sfu.port).status == 200)
        #expect(try await call("DELETE", location, port: sfu.port).status == 404)
        #expect(try await get("/rooms/r", port: sfu.port).status == 404)
        let options = try await call("OPTIONS", "/rooms/r/whip", port: sfu.port)
        #expect(options.status == 204 && options.head.contains("accept-post: application/sdp"))
        let stranger = try await call(
            "OPTIONS", "/rooms/r/whip", port: sfu.port, headers: "origin: https://example.com\r\n")
        #expect(!stranger.head.contains("access-control-allow-origin"))
        #expect(sfu.stop().code == 0)
    }

    struct Wrong: CustomTestStringConvertible {
        let path: String
        var type = "application/sdp"
        var body = "v=0"
        let status: Int
        var testDescription: String { "\(path) \(type) \(status)" }
    }

    @Test(arguments: [
        Wrong(path: "/rooms/r/whip", body: "nonsense", status: 400),
        Wrong(path: "/rooms/r/whip", type: "text/plain", status: 415),
        Wrong(path: "/rooms/r/whip", body: String(repeating: "x", count: 300_000), status: 413),
        Wrong(path: "/rooms/r/whep?wait=soon", status: 400),
        Wrong(path: "/rooms/r/peers", type: "application/json", body: "{", status: 400),
        Wrong(path: "/rooms/r/peers", type: "application/json", body: "{}", status: 400),
        Wrong(path: "/rooms/r/nothing", status: 404),
    ]) func `a wrong call is refused with a sentence and changes nothing`(wrong: Wrong)
        async throws
    {
        let sfu = try SFUProcess()
        let answer = try await call(
            "POST", wrong.path, port: sfu.port, headers: "content-type: \(wrong.type)\r\n",
            body: wrong.body)
        #expect(answer.status == wrong.status)
        #expect(answer.body.count > 10, "a sentence: \(answer.body)")
        #expect(try await get("/rooms", port: sfu.port).body.contains(#""totalRooms":0"#))
        #expect(sfu.stop().code == 0)
    }

    @Test func `a codec that is not carried is refused by name`() async throws {
        let sfu = try SFUProcess()
        let offer = try Self.fixture("chromium-156-publish")
            .split(whereSeparator: \.isNewline)
            .map { $0.hasPrefix("a=rtpmap:") ? $0.prefix { $0 != " " } + " H266/90000" : $0 }
            .joined(separator: "\r\n")
        let answer = try await call(
            "POST", "/rooms/r/whip", port: sfu.port, headers: Self.sdp, body: offer + "\r\n")
        #expect(answer.status == 406 && answer.body.contains("H266"))
        #expect(sfu.stop().code == 0)
    }

    @Test func `nobody to watch is 404 at once, or after the wait`() async throws {
        let sfu = try SFUProcess()
        let offer = try Self.fixture("chromium-156-watch")
        for query in ["", "?wait=1"] {
            let answer = try await call(
                "POST", "/rooms/r/whep\(query)", port: sfu.port, headers: Self.sdp, body: offer)
            #expect(answer.status == 404)
        }
        #expect(sfu.stop().code == 0)
    }

    static func header(_ name: String, of head: String) -> String? {
        head.split(separator: "\r\n").first { $0.hasPrefix("\(name): ") }
            .map { String($0.dropFirst(name.count + 2)) }
    }
}
