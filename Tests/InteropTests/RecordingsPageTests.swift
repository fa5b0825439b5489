import Foundation
import Testing

/// A recording that grows, on the recorder's page and before other players.
@Suite(
    .serialized, .tags(.interop), .timeLimit(.minutes(4)),
    .enabled(if: Lab.hasPython && Lab.has("chromium"), "make test makes .venv"))
struct RecordingsPageTests {
    struct Seen: Decodable {
        let delays: [Double]
        let damaged: Int
        let behindMedian: Double
        let behindMost: Double
        let width: Int
        let frames: Int
        let seekSeconds: Double
        let seekTime: Double
        let problem: String
    }

    @Test func `Chromium plays a transport stream that grows, near its end and from its beginning`()
        async throws
    {
        let directory = NSTemporaryDirectory() + "sluice-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let numbers = directory + "/numbers"
        try FileManager.default.createDirectory(atPath: numbers, withIntermediateDirectories: false)
        let camera = try ScriptProcess("/usr/bin/python3", "numbered_camera.py", [numbers])
        let source = (camera.words.first ?? "").replacing("rtsp://", with: "rtsp://cam:secret@")
        let recorder = try RecorderProcess(source, bearer: "unused", to: directory)
        defer { _ = recorder.stop() }
        let base = "http://127.0.0.1:\(try recorder.number(after: "\"http\":\"port "))"
        try await Self.waitForParts(base)
        let script = Lab.root + "/Tests/InteropTests/Support/recordings_page.py"
        let command = [Lab.python, script, base, "recording", numbers + "/sendings"]
        let seen: Seen = try await Lab.json(command, seconds: 150)
        print(
            "live edge: p50 \(seen.delays[0]) p95 \(seen.delays[1]) ms behind the camera;",
            "by the page \(seen.behindMedian) s, at most \(seen.behindMost) s")
        #expect(seen.delays[0] <= 1000 && seen.damaged == 0, "\(seen)")
        #expect(seen.behindMedian <= 1.0, "\(seen)")
        #expect(seen.width == 640 && seen.frames > 30 && seen.problem.isEmpty, "\(seen)")
        #expect((0.9...1.5).contains(seen.seekTime), "\(seen)")
        try await Self.judge(base)
    }

    /// ffmpeg reads the playlist and finds no fault in what it lists.
    static func judge(_ base: String) async throws {
        let judged = try await run(
            "ffmpeg",
            [
                "-v", "error", "-xerror", "-live_start_index", "0", "-t", "4", "-i",
                base + "/hls/recording/index.m3u8", "-f", "null", "-",
            ])
        #expect(judged.code == 0 && judged.output.isEmpty, "\(judged.output)")
        let exported = try await run(
            "ffmpeg",
            [
                "-v", "error", "-xerror", "-i",
                base + "/api/v1/recordings/recording/export?from=0&to=3", "-f", "null", "-",
            ])
        #expect(exported.code == 0 && exported.output.isEmpty, "\(exported.output)")
    }

    /// Until the first segment is whole.
    static func waitForParts(_ base: String) async throws {
        for _ in 0..<100 {
            let (text, _) = try await run("curl", ["-s", base + "/hls/recording/index.m3u8"])
            if text.contains("#EXTINF") { return }
            try await Task.sleep(for: .milliseconds(200))
        }
    }
}
