import Fetch
import Foundation
import RTP
import Testing

/// Media files through `relay` into `sfu`.
@Suite(.serialized, .tags(.interop), .timeLimit(.minutes(3))) struct ClipTests {
    struct Watched: Decodable {
        let video: Int
        let audio: Int
        let loudest: Int
    }

    /// Has ffmpeg make a file of `seconds` with a moving picture and a tone, and lends it out.
    static func withClip<Result>(
        _ name: String, seconds: Int = 2, sound: [String] = ["-c:a", "aac"],
        video: [String] = ["-c:v", "libx264", "-bf", "0"],
        _ body: (String) async throws -> Result
    ) async throws -> Result {
        let folder = NSTemporaryDirectory() + "sluice-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = folder + "/" + name
        let sources = [
            "-f", "lavfi", "-i", "testsrc2=s=320x180:r=30", "-f", "lavfi", "-i",
            "sine=f=440:r=48000",
        ]
        let (output, code) = try await run(
            "ffmpeg",
            ["-v", "error", "-y"] + sources
                + ["-t", "\(seconds)", "-g", "30", "-pix_fmt", "yuv420p", "-preset", "ultrafast"]
                + video + sound + ["-ac", "2", path])
        try #require(code == 0, "\(output)")
        return try await body(path)
    }

    static func relay(
        _ path: String, to url: String, _ more: [String] = [], until sign: String
    ) throws -> DoorProcess {
        try DoorProcess(
            Lab.executable("relay"),
            ["--source", path, "--publish", url, "--http", "127.0.0.1:0"] + more, until: sign)
    }

    @Test(arguments: [("clip.mp4", ["-c:a", "aac"]), ("clip.mkv", ["-c:a", "libopus"])])
    func `a looped file goes on for ever without a jump or a doubled picture`(
        name: String, sound: [String]
    ) async throws {
        try await Self.withClip(name, sound: sound) { path in
            let sfu = try SFUProcess()
            let room = "http://127.0.0.1:\(sfu.port)/rooms/clip"
            let relay = try Self.relay(path, to: room + "/whip", ["--loop"], until: "published")
            var client = try WatchingClient(room + "/whep?wait=5")
            try client.driver.run(seconds: 20) { $0.session.isConnected }
            try client.driver.run(seconds: 9)
            let units = client.accessUnits()
            #expect(units.count > 9 * 30 * 8 / 10)
            // A container in milliseconds rounds what it says.
            let slack: Int64 = name.hasSuffix("mkv") ? 90 : 0
            // Who comes behind a key frame is shown the pictures since then in less time than they took.
            for (before, after) in zip(units.dropFirst(30), units.dropFirst(31)) {
                #expect(abs(after.timestamp - before.timestamp - 3000) <= slack)
                #expect(after.bytes != before.bytes)
            }
            let times = client.packets(track: 0).map(\.timestamp)
            for (before, after) in zip(times, times.dropFirst()) { #expect(after - before == 960) }
            #expect(try await WatchingTests.decodedFrameCount(units) == units.count)
            #expect(try client.leave() == 200)
            #expect(relay.stop().code == 0)
        }
    }

    @Test(.enabled(if: Lab.hasPython, "make test makes .venv"))
    func `aiortc watches a file with its sound in the file's own time`() async throws {
        try await Self.withClip("clip.ts") { path in
            let sfu = try SFUProcess()
            let room = "http://127.0.0.1:\(sfu.port)/rooms/clip"
            let relay = try Self.relay(path, to: room + "/whip", ["--loop"], until: "published")
            let watched: Watched = try await Lab.script(
                "whep_viewer.py", [room + "/whep?wait=5", "8"])
            #expect((8 * 30 * 8 / 10...8 * 30 * 12 / 10).contains(watched.video))
            #expect((8 * 50 * 8 / 10...8 * 50 * 12 / 10).contains(watched.audio))
            #expect(watched.loudest > 1000, "silence")
            #expect(relay.stop().code == 0)
        }
    }

    @Test func `at the end of a file the session is deleted and all is well`() async throws {
        try await Self.withClip("clip.mp4") { path in
            let sfu = try SFUProcess()
            let room = "http://127.0.0.1:\(sfu.port)/rooms/clip"
            let relay = try Self.relay(path, to: room + "/whip", until: "played to its end")
            #expect(relay.end().code == 0)
            let rooms = try Fetcher().perform(
                HTTPCall("GET", "http://127.0.0.1:\(sfu.port)/rooms"))
            #expect(String(decoding: rooms.body, as: UTF8.self).contains("\"totalPeers\":0"))
        }
    }

    /// Checks that a relay ends with one line that begins so.
    static func checkRefusal(
        _ source: String, _ line: String, _ code: Int32, _ more: [String] = []
    ) throws {
        let relay = try relay(source, to: "http://127.0.0.1:9/whip", more, until: "relay: ")
        let (ended, rest) = relay.end()
        let lines = (relay.log + rest).split(separator: "\n").filter { $0.hasPrefix("relay: ") }
        #expect(lines.count == 1 && lines[0].hasPrefix("relay: " + line), "\(lines)")
        #expect(ended == code)
    }

    @Test func `what is wrong with a source is said in one line`() async throws {
        try Self.checkRefusal(
            "/nowhere.mp4", "cannot read /nowhere.mp4: no such file or directory", 66)
        try Self.checkRefusal(
            "rtsp://127.0.0.1:9/", "only a media file can be looped, not a camera", 64, ["--loop"])
        try Self.checkRefusal("http://127.0.0.1:9/", "the source must be an rtsp:// or", 64)
        try await Self.withClip("m.mp4", sound: ["-c:a", "libmp3lame"], video: ["-c:v", "mpeg4"]) {
            try Self.checkRefusal($0, "\($0) has no H.264, only mpeg4 and mp3", 69)
        }
        try await Self.withClip("h.mp4", video: ["-c:v", "libx265", "-x265-params", "log-level=0"])
        {
            let advice = "browsers take H.264 by WebRTC, set the source to that"
            try Self.checkRefusal($0, "\($0) has no H.264, only hevc and aac: \(advice)", 69)
        }
        try await Self.withClip(
            "b.mp4", video: ["-c:v", "libx264", "-bf", "2", "-b_strategy", "0"]
        ) { try Self.checkRefusal($0, "the source has B-frames, which WebRTC cannot carry", 69) }
    }

    @Test func `a file that is cut off is played as far as it goes, and named`() async throws {
        try await Self.withClip(
            "cut.mp4", video: ["-c:v", "libx264", "-bf", "0", "-movflags", "faststart"]
        ) { path in
            let whole = try Data(contentsOf: URL(fileURLWithPath: path))
            try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: path))
            let sfu = try SFUProcess()
            let relay = try Self.relay(
                path, to: "http://127.0.0.1:\(sfu.port)/rooms/clip/whip", until: "relay: ")
            let (code, rest) = relay.end()
            #expect(code == 69)
            #expect((relay.log + rest).contains("relay: \(path) is cut off after "))
            #expect(relay.log.contains("published"))
        }
    }
}
