import Fetch
import Foundation
import Testing
import Timing
import WHIP
import WebRTC
import Wire

/// Our publishing session against servers that are not ours, and ours.
@Suite(.serialized, .tags(.interop), .timeLimit(.minutes(3))) struct PublishingTests {
    struct Figures: Decodable {
        let video: Int
        let audio: Int
        var loudest: Int?
        var size: [Int]?
        let states: [String]
    }

    static func clip() async throws -> RecordedClip {
        let directory = NSTemporaryDirectory() + "sluice-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        return try await RecordedClip(
            video: ["-c:v", "libx264", "-profile:v", "baseline", "-preset", "ultrafast"],
            audio: ["-c:a", "libopus", "-ac", "2"], in: directory)
    }

    static func figures(of server: ScriptProcess) throws -> Figures {
        let reply = try Fetcher().perform(
            HTTPCall("GET", "http://127.0.0.1:\(server.port)/statistics"))
        return try JSONDecoder().decode(Figures.self, from: Data(reply.body))
    }

    @Test(
        .enabled(if: Lab.hasPython, "make test makes .venv"),
        arguments: [("active", UInt64(0)), ("passive", 0), ("active", 5)])
    func `aiortc decodes what is published, in either DTLS role, also when packets are lost`(
        setup: String, lossPercent: UInt64
    ) async throws {
        let server = try ScriptProcess(
            Lab.python, "whip_server.py", ["--setup", setup, "--token", "t0k3n"])
        var client = try PublishingClient(
            try await Self.clip(), to: "http://127.0.0.1:\(server.port)/moved/whip",
            bearer: "t0k3n")
        #expect(client.calls.whip.resource == "http://127.0.0.1:\(server.port)/session/0")
        #expect(client.calls.whip.iceServers == ["stun:127.0.0.1:3478"])
        try client.connect()
        client.driver.lossPercent = lossPercent
        try client.publish(seconds: 8)
        let figures = try Self.figures(of: server)
        let statistics = client.driver.session.statistics
        let counts = client.feed.counts
        #expect(figures.video * 10 >= counts[1] * 8, "of \(counts[1]) pictures")
        // aiortc asks for no sound again, and plays none from a gap to its buffer's end.
        let least = lossPercent == 0 ? 8 : 4
        #expect(figures.audio * 10 >= counts[0] * least, "of \(counts[0]) frames of sound")
        #expect(figures.loudest ?? 0 > 1000, "silence")
        #expect(figures.size == [320, 180])
        #expect(statistics.roundTrip.map { $0 < .seconds(1) } == true, "no report came")
        #expect(statistics.droppedPackets == 0)
        #expect(lossPercent == 0 || statistics.retransmittedPackets > 5)
        #expect(try client.leave() == 200)
        #expect(try Self.figures(of: server).states.last == "closed")
    }

    @Test(.enabled(if: Lab.hasPython, "make test makes .venv"))
    func `says what is wrong with a token, an endpoint or a server that is gone`() async throws {
        let clip = try await Self.clip()
        var server: ScriptProcess? = try ScriptProcess(
            Lab.python, "whip_server.py", ["--token", "t0k3n"])
        let port = try #require(server?.port)
        for (bearer, hadToken) in [(nil, false), ("wrong", true)] as [(String?, Bool)] {
            #expect(throws: WHIPError.unauthorized(status: 401, hadToken: hadToken)) {
                _ = try PublishingClient(
                    clip, to: "http://127.0.0.1:\(port)/whip", bearer: bearer)
            }
        }
        server = nil
        #expect(server == nil, "it is to be ended now")
        let url = "http://127.0.0.1:\(port)/whip"
        let gone = WHIPError.unreachable(.refused(place: "127.0.0.1:\(port)/whip"))
        let patience = Instant.now() + .seconds(20)
        var error: WHIPError?
        while error != gone, Instant.now() < patience {  // until the process has ended
            do { _ = try PublishingClient(clip, to: url) } catch let failure as WHIPError {
                error = failure
            }
        }
        #expect(error == gone)
    }

    @Test(
        .enabled(if: Lab.hasPion, "needs golang-github-pion-webrtc.v3-dev"),
        arguments: [("active", UInt64(0)), ("passive", 0), ("passive", 5)])
    func `what goes to Pion comes back from Pion as it was`(
        setup: String, lossPercent: UInt64
    ) async throws {
        let server = try ScriptProcess(CameraTests.systemPython, "pion_server.py", [setup])
        let base = "http://127.0.0.1:\(server.port)"
        var client = try PublishingClient(try await Self.clip(), to: base + "/whip")
        try client.connect()
        client.driver.lossPercent = lossPercent
        try client.publish(seconds: 1)
        let tracks = try Self.figures(of: server)
        #expect(tracks.video > 0 && tracks.audio > 0)
        try await Self.compare(client, with: try WatchingClient(base + "/whep"), lossPercent)
    }

    @Test(
        .enabled(if: Lab.isRoot && Lab.has("janus"), "needs root, for a namespace, and janus"),
        arguments: [UInt64(0), 5])
    func `what goes to Janus comes back from Janus as it was`(lossPercent: UInt64) async throws {
        let server = try ScriptProcess(CameraTests.systemPython, "janus_server.py", [])
        try #require(server.words.count == 3)
        let base = "http://\(server.words[1]):\(server.port)"
        let here = try #require(Endpoint(host: server.words[2], port: 0))
        var client = try PublishingClient(try await Self.clip(), to: base + "/whip", from: here)
        try client.connect()
        client.driver.lossPercent = lossPercent
        try client.publish(seconds: 1)
        // Janus offers to its viewers, under numbers of its own; the door can only hand them on.
        let watching = try WatchingClient(base + "/whep", from: here, picture: 107)
        try await Self.compare(client, with: watching, lossPercent)
    }

    @Test(arguments: [UInt64(0), 5])
    func `what goes to sfu comes back from sfu as it was`(lossPercent: UInt64) async throws {
        let server = try SFUProcess()
        let base = "http://127.0.0.1:\(server.port)/rooms/demo"
        var client = try PublishingClient(try await Self.clip(), to: base + "/whip?peer=camera")
        try client.connect()
        client.driver.lossPercent = lossPercent
        try client.publish(seconds: 1)
        let watching = try WatchingClient(base + "/whep?peer=viewer")
        try await Self.compare(client, with: watching, lossPercent)
        #expect(server.stop().code == 0)
    }

    /// Publishes on while `watching` watches, and holds what was sent against what came.
    static func compare(
        _ client: consuming PublishingClient, with watching: consuming WatchingClient,
        _ lossPercent: UInt64
    ) async throws {
        var client = client
        var watching = watching
        let end = Instant.now() + .seconds(8)
        // The clip comes again each three seconds: what comes first is looked for from a key frame on.
        var counts: [(at: Instant, of: [Int])] = []
        var before: [Int]?
        var isAsked = false
        while Instant.now() < end {
            try client.publishTurn()
            try watching.driver.turn()
            counts.append((.now(), client.feed.payloads.map(\.count)))
            guard watching.driver.session.isConnected else { continue }
            before =
                before
                ?? counts.last { .now() - $0.at > .milliseconds(1500) }?.of ?? [0, 0]
            watching.driver.lossPercent = lossPercent
            if !isAsked, !watching.packets(track: 1).isEmpty {
                watching.driver.session.requestKeyframe(track: 1)
                isAsked = true
            }
        }
        for track in 0...1 {
            let sent = client.feed.payloads[track]
            let received = watching.packets(track: track).map(\.payload)
            let first = try #require(
                received.first.flatMap { sent[(before?[track] ?? 0)...].firstIndex(of: $0) })
            if lossPercent == 0 {
                #expect(Array(sent[first...].prefix(received.count)) == received)
            }
            #expect(received.count * 10 >= (sent.count - first) * (track == 1 ? 9 : 8))
        }
        #expect(watching.clockCount > 2, "no sender report came")
        #expect(lossPercent == 0 || watching.driver.session.recoveredPackets > 5)
        #expect(client.driver.session.statistics.keyframeRequests > 0)
        #expect(try watching.leave() == 200)
        #expect(try client.leave() == 200)
    }
}
