import Fetch
import Foundation
import Glibc
import Relaying
import Testing

/// `relay` and `recorder` while their server is killed, suspended, or their camera becomes another.
@Suite(.serialized, .tags(.interop), .timeLimit(.minutes(3))) struct ServerRestartTests {
    struct Recordings: Decodable { let recordings: [String: String] }

    static func get(_ path: String, port: Int) throws -> String {
        let reply = try Fetcher().perform(HTTPCall("GET", "http://127.0.0.1:\(port)\(path)"))
        return String(decoding: reply.body, as: UTF8.self)
    }

    /// The value of a metric without labels.
    static func value(of name: String, in metrics: String) -> Int {
        let line = metrics.split(separator: "\n").first { $0.hasPrefix(name + " ") }
        return line.flatMap { Int($0.dropFirst(name.count + 1)) } ?? 0
    }

    /// Whether a recorder records, and has begun so many files and has something in the newest.
    static func hasWritten(_ files: Int, _ recorder: DoorProcess) throws -> Bool {
        let port = try recorder.number(after: "\"http\":\"port ")
        let metrics = try get("/metrics", port: port)
        guard value(of: "recording_files_total", in: metrics) == files,
            value(of: "recording_empty_files", in: metrics) == 0
        else { return false }
        return try state(of: recorder) == "recording"
    }

    /// How many packets of media a server has taken in, once they are more than `count`.
    static func received(by sfu: SFUProcess, beyond count: Int) async throws -> Int {
        try await eventually(within: 30) {
            let metrics = try get("/metrics", port: sfu.port)
            let received = value(of: "sluice_sfu_received_packets_total", in: metrics)
            return received > count ? received : nil
        }
    }

    static func state(of recorder: DoorProcess) throws -> String {
        let port = try recorder.number(after: "\"http\":\"port ")
        let health = try JSONDecoder().decode(
            Recordings.self, from: Data(try get("/health", port: port).utf8))
        return health.recordings["recording"] ?? ""
    }

    @Test func `a server that is killed and started again has media within ten seconds`()
        async throws
    {
        try await ClipTests.withClip("clip.mp4") { clip in
            let folder = (clip as NSString).deletingLastPathComponent
            let ports = try [
                "--http", "127.0.0.1:\(freePort())", "--rtc", "127.0.0.1:\(freePort())",
            ]
            let sfu = try SFUProcess(ports)
            let room = "http://127.0.0.1:\(sfu.port)/rooms/a"
            let relay = try ClipTests.relay(
                clip, to: room + "/whip", ["--loop"], until: "published")
            let recorder = try RecorderProcess(
                room + "/whep?wait=5", bearer: "t0k3n", to: folder)
            try await eventually(within: 20) { try Self.hasWritten(1, recorder) ? true : nil }
            kill(sfu.process.processIdentifier, SIGKILL)
            sfu.process.waitUntilExit()
            let begun = ContinuousClock.now
            let again = try SFUProcess(ports)
            // Counters tell it, however late they are read; states pass.
            try await eventually(within: 20) { try Self.hasWritten(2, recorder) ? true : nil }
            let passed = ContinuousClock.now - begun
            #expect(passed < .seconds(10), "\(passed)")
            let metrics = try CameraListTests.get("/metrics", of: relay)
            #expect(metrics.contains("sluice_relay_reconnects_total{reason=\"server\"} 1\n"))
            let back = try CameraListTests.get("/health", of: relay)
            #expect(back.contains("\"state\":\"publishing\""), "\(back)")
            #expect(again.port == sfu.port)
            #expect(relay.stop().code == 0 && recorder.stop().code == 0)
            let files = try FileManager.default.contentsOfDirectory(atPath: folder)
                .filter { $0.hasSuffix(".ts") }
            #expect(files.count == 2, "\(files)")
        }
    }

    /// What was asked of the way to a server.
    private struct Asked: Decodable {
        let method: String
        let seconds: Double
        let session: String

        init(from decoder: any Decoder) throws {
            var words = try decoder.unkeyedContainer()
            method = try words.decode(String.self)
            seconds = try words.decode(Double.self)
            session = try words.decode(String.self)
        }
    }

    @Test func `a goodbye that no server answers holds up no new session`() async throws {
        try await ClipTests.withClip("clip.mp4") { clip in
            let folder = (clip as NSString).deletingLastPathComponent
            let sfu = try SFUProcess()
            let server = "http://127.0.0.1:\(sfu.port)"
            let way = try ScriptProcess(CameraTests.systemPython, "slow_farewell.py", [server])
            let relay = try ClipTests.relay(
                clip, to: server + "/rooms/a/whip", ["--loop"], until: "published")
            let recorder = try RecorderProcess(
                "http://127.0.0.1:\(way.port)/rooms/a/whep?wait=5", bearer: "t0k3n", to: folder)
            try await eventually(within: 20) {
                try Self.state(of: recorder) == "recording" ? true : nil
            }
            func told() throws -> [Asked] {
                try JSONDecoder().decode(
                    [Asked].self, from: Data(try Self.get("/told", port: way.port).utf8))
            }
            let first = try #require(try told().first?.session)
            _ = try Fetcher().perform(HTTPCall("DELETE", server + first))
            let asked = try await eventually(within: 20) {
                let all = try told()
                return all.count { $0.method == "POST" } == 2
                    && all.contains { $0.method == "DELETE" } ? all : nil
            }
            let goodbye = try #require(asked.first { $0.method == "DELETE" })
            let next = try #require(asked.last { $0.method == "POST" })
            #expect(goodbye.session == first && next.session != first)
            // Two seconds is what a goodbye is given; half a second keeps recordings apart.
            #expect(next.seconds - goodbye.seconds < 1.5, "\(asked)")
            try await eventually(within: 20) {
                try Self.state(of: recorder) == "recording" ? true : nil
            }
            #expect(relay.stop().code == 0 && recorder.stop().code == 0)
        }
    }

    @Test func `a server that is killed and stays away is waited for, and that is told`()
        async throws
    {
        try await ClipTests.withClip("clip.mp4") { clip in
            let sfu = try SFUProcess()
            let room = "http://127.0.0.1:\(sfu.port)/rooms/a"
            let relay = try ClipTests.relay(
                clip, to: room + "/whip", ["--loop"], until: "published")
            let recorder = try RecorderProcess(
                room + "/whep?wait=5", bearer: "t0k3n",
                to: (clip as NSString).deletingLastPathComponent)
            try await eventually(within: 20) { try Self.hasWritten(1, recorder) ? true : nil }
            kill(sfu.process.processIdentifier, SIGKILL)
            sfu.process.waitUntilExit()
            let away = try await CameraListTests.health(of: relay) {
                $0.cameras["camera"]?.state == "waiting"
            }
            #expect(away.cameras["camera"]?.published == false && away.status == "degraded")
            try await eventually(within: 20) {
                try Self.state(of: recorder) == "waiting" ? true : nil
            }
            #expect(relay.stop().code == 0 && recorder.stop().code == 0)
        }
    }

    @Test func `a server that is heard again in time keeps its sessions`() async throws {
        try await ClipTests.withClip("clip.mp4") { clip in
            let sfu = try SFUProcess()
            var configuration = RelayConfiguration(
                name: "camera", source: clip,
                publish: "http://127.0.0.1:\(sfu.port)/rooms/a/whip")
            configuration.isLooped = true
            configuration.serverPatience = .seconds(60)  // however late this test looks
            let relay = try await RunningRelay(configuration) { _ in }
            let running = Task { await relay.run() }
            defer { running.cancel() }
            let before = try await Self.received(by: sfu, beyond: 100)
            let session = relay.session
            kill(sfu.process.processIdentifier, SIGSTOP)
            try await eventually(within: 30) { relay.condition.name == "waiting" ? true : nil }
            kill(sfu.process.processIdentifier, SIGCONT)
            try await eventually(within: 30) { relay.condition == .publishing ? true : nil }
            // More than the socket can have kept for it while it slept.
            _ = try await Self.received(by: sfu, beyond: before + 1000)
            #expect(relay.republications == 0 && relay.session == session && session != nil)
            #expect(
                try Self.get("/metrics", port: sfu.port).contains("sluice_sfu_transports 1\n"))
            await relay.stop()
        }
    }

    @Test(.enabled(if: CameraTests.hasGStreamer, "make test installs GStreamer's server"))
    func `a camera that comes back with sound has one session, with sound`() async throws {
        let port = try freePort()
        let camera = try CameraTests.gstreamer("--audio", "none", "--port", "\(port)")
        let sfu = try SFUProcess()
        let relay = try DoorProcess(
            Lab.executable("relay"),
            ["--publish", "http://127.0.0.1:\(sfu.port)/rooms/a/whip", "--http", "127.0.0.1:0"],
            environment: ["SLUICE_SOURCE": "rtsp://127.0.0.1:\(port)/live"], until: "published")
        camera.stop()
        _ = try await CameraListTests.health(of: relay) {
            $0.cameras["camera"]?.state == "waiting"
        }
        let again = try CameraTests.gstreamer("--audio", "aac", "--port", "\(port)")
        let metrics = try await eventually(within: 60) {
            let metrics = try Self.get("/metrics", port: sfu.port)
            return metrics.contains("sluice_sfu_producers 2\n") ? metrics : nil
        }
        #expect(metrics.contains("sluice_sfu_transports 1\n"), "the session before was deleted")
        #expect(again.port == port)
        #expect(relay.stop().code == 0)
    }
}
