import Fetch
import Foundation
import Testing

/// The relay between a camera and a WHIP server that are both not ours.
@Suite(
    .serialized, .tags(.interop), .timeLimit(.minutes(3)),
    .enabled(if: CameraTests.hasGStreamer && Lab.hasPython, "make test installs both"))
struct RelayTests {
    static func camera(audio: String) throws -> ScriptProcess {
        try ScriptProcess(
            CameraTests.systemPython, "rtsp_camera.py",
            ["--audio", audio, "--user", "cam", "--password", "s3cret"])
    }

    static func server(_ setup: String) throws -> ScriptProcess {
        try ScriptProcess(Lab.python, "whip_server.py", ["--setup", setup, "--token", "t0k3n"])
    }

    /// What comes within eight seconds is eight seconds' worth, less a fifth.
    static func checkFlow(to server: ScriptProcess) async throws {
        var (video, audio) = (0, 0)
        // A machine that is too busy for aiortc says nothing of us: it may try again.
        for _ in 0..<3 where video < 8 * 30 * 8 / 10 || audio < 8 * 50 * 8 / 10 {
            let before = try PublishingTests.figures(of: server)
            try await Task.sleep(for: .seconds(8))
            let after = try PublishingTests.figures(of: server)
            (video, audio) = (after.video - before.video, after.audio - before.audio)
        }
        #expect(video >= 8 * 30 * 8 / 10)
        #expect(audio >= 8 * 50 * 8 / 10)
        let figures = try PublishingTests.figures(of: server)
        #expect(figures.loudest ?? 0 > 1000, "silence")
        #expect(figures.size == [320, 240])
    }

    @Test(arguments: [("aac", "active"), ("opus", "passive")])
    func `aiortc decodes GStreamer's camera behind a relay, again after aiortc's goodbye`(
        audio: String, setup: String
    ) async throws {
        let camera = try Self.camera(audio: audio)
        let server = try Self.server(setup)
        let base = "http://127.0.0.1:\(server.port)"
        let relay = try RelayProcess(
            "rtsp://cam:s3cret@127.0.0.1:\(camera.port)/live", to: base + "/moved/whip",
            bearer: "t0k3n", until: "published")
        try await Self.checkFlow(to: server)
        _ = try Fetcher().perform(HTTPCall("POST", base + "/goodbye", body: []))
        try relay.wait(for: "has ended")
        try await Task.sleep(for: .seconds(3))
        try await Self.checkFlow(to: server)
        let port = try relay.number(after: "\"http\":\"port ")
        let health = try Fetcher().perform(HTTPCall("GET", "http://127.0.0.1:\(port)/health"))
        let text = String(decoding: health.body, as: UTF8.self)
        #expect(text.contains("\"playing\":true") && text.contains("\"published\":true"))
        let (code, rest) = relay.stop()
        #expect(code == 0)
        #expect(try PublishingTests.figures(of: server).states.last == "closed")
        let log = relay.log + rest
        #expect(!log.contains("t0k3n") && !log.contains("s3cret"))
    }

    @Test func `a token or a password that is not accepted ends a relay with one line`() throws {
        let camera = try Self.camera(audio: "none")
        let server = try Self.server("active")
        for (password, bearer, line) in [
            ("s3cret", "wr0ng", "the endpoint does not accept the token (401)"),
            ("wr0ng", "t0k3n", "the camera refuses this user name or password"),
        ] {
            let relay = try RelayProcess(
                "rtsp://cam:\(password)@127.0.0.1:\(camera.port)/live",
                to: "http://127.0.0.1:\(server.port)/whip", bearer: bearer, until: "relaying")
            let (code, rest) = relay.end()
            #expect(code == 69)
            #expect((relay.log + rest).contains(line), "\(relay.log)\(rest)")
            #expect(!(relay.log + rest).contains("wr0ng"))
        }
    }
}
