import Fetch
import Foundation
import Testing

/// `relay --config` with many cameras, and what it tells of them.
@Suite(
    .serialized, .tags(.interop), .timeLimit(.minutes(3)),
    .enabled(if: CameraTests.hasGStreamer, "make test installs gir1.2-gst-rtsp-server-1.0"))
struct CameraListTests {
    struct Health: Decodable {
        struct Camera: Decodable {
            let state: String
            let reason: String?
            let playing: Bool
            let published: Bool
        }

        let status: String
        let cameras: [String: Camera]
    }

    static func get(_ path: String, of relay: DoorProcess) throws -> String {
        let port = try relay.number(after: "\"http\":\"port ")
        let reply = try Fetcher().perform(HTTPCall("GET", "http://127.0.0.1:\(port)\(path)"))
        return String(decoding: reply.body, as: UTF8.self)
    }

    /// Asks for `/health` until it is as wanted, for 30 seconds at most.
    static func health(
        of relay: DoorProcess, until isWanted: (Health) -> Bool
    ) async throws -> Health {
        var health: Health
        var attempts = 0
        repeat {
            health = try JSONDecoder().decode(
                Health.self, from: Data(try get("/health", of: relay).utf8))
            if isWanted(health) { return health }
            attempts += 1
            try await Task.sleep(for: .milliseconds(200))
        } while attempts < 150
        return health
    }

    static func config(_ clip: String, sfu: Int, camera: Int) -> String {
        """
        {"http": "127.0.0.1:0", "bearer": "t0k3n", "cameras": [
          {"name": "clip", "source": "\(clip)", "loop": true,
           "publish": "http://127.0.0.1:\(sfu)/rooms/a/whip"},
          {"name": "away", "source": "rtsp://cam:s3cret@127.0.0.1:9/live",
           "publish": "http://127.0.0.1:\(sfu)/rooms/b/whip"},
          {"name": "refused", "source": "rtsp://cam:wr0ng@127.0.0.1:\(camera)/live",
           "publish": "http://127.0.0.1:\(sfu)/rooms/c/whip"},
          {"name": "nowhere", "source": "\(clip)", "bearer": "0ther",
           "publish": "http://127.0.0.1:9/whip"}
        ]}
        """
    }

    @Test func `tells each camera's state and reason, and never a secret`() async throws {
        let camera = try RelayTests.camera(audio: "none")
        let sfu = try SFUProcess()
        try await ClipTests.withClip("clip.mp4") { clip in
            let file = clip + ".json"
            try Self.config(clip, sfu: sfu.port, camera: camera.port)
                .write(toFile: file, atomically: true, encoding: .utf8)
            let relay = try DoorProcess(
                Lab.executable("relay"), ["--config", file], until: "relaying")
            let states = [
                "clip": "publishing", "away": "waiting", "refused": "failed", "nowhere": "waiting",
            ]
            let health = try await Self.health(of: relay) {
                $0.cameras.mapValues(\.state) == states
            }
            #expect(health.cameras.mapValues(\.state) == states && health.status == "degraded")
            #expect(health.cameras["clip"]?.published == true)
            #expect(
                health.cameras["away"]?.reason
                    == "cannot connect to 127.0.0.1:9: connection refused")
            #expect(
                health.cameras["refused"]?.reason
                    == "the camera refuses this user name or password")
            let cameras = try Self.get("/api/cameras", of: relay)
            let list = try JSONDecoder().decode([[String: String]].self, from: Data(cameras.utf8))
            #expect(list.map { $0["cameraId"] } == ["clip", "away", "refused", "nowhere"])
            for entry in list {
                let keys = ["cameraId", "kind", "name", "sessionId", "state", "trackName"]
                #expect(entry["kind"] == "video" && entry["state"] == states[entry["name"] ?? ""])
                #expect(entry.keys.filter { $0 != "reason" }.sorted() == keys)
            }
            #expect(list[0]["sessionId"] != "" && list[0]["trackName"] != "")
            let metrics = try Self.get("/metrics", of: relay)
            #expect(metrics.contains("sluice_relay_failed 1\n"))
            let line = try String(
                contentsOfFile: "/proc/\(relay.process.processIdentifier)/cmdline",
                encoding: .utf8)
            let (code, rest) = relay.stop()
            #expect(code == 0)
            let all = [
                cameras, metrics, line, relay.log, rest, "\(health)",
            ].joined()
            for secret in ["s3cret", "wr0ng", "t0k3n", "0ther"] {
                #expect(!all.contains(secret), "\(secret) in \(all)")
            }
        }
    }

    @Test(arguments: [
        ("[]", "the list of cameras is empty"),
        (#"[{"name": "a", "source": "b"}]"#, "camera 1 of the list, \"a\" has no publish"),
        (
            #"[{"name": "a", "source": "b", "publish": "http://c/", "colour": "red"}]"#,
            "camera 1 of the list, \"a\": unknown key \"colour\""
        ),
        (
            #"{"cameras": 7}"#,
            "there.json must be a list of objects, or the name of a file with one"
        ),
    ]) func `a list that is not understood is refused in one line`(
        list: String, line: String
    ) throws {
        let folder = NSTemporaryDirectory() + "sluice-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try list.write(toFile: folder + "/there.json", atomically: true, encoding: .utf8)
        let relay = try DoorProcess(
            Lab.executable("relay"), ["--config", folder + "/there.json"], until: "relay: ")
        let (code, rest) = relay.end()
        #expect(code == 64)
        #expect((relay.log + rest).contains(line), "\(relay.log)\(rest)")
    }
}
