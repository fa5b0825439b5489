import Fetch
import Foundation
import Glibc
import Testing

/// Sources, servers and folders that are of no use to `relay` and `recorder`: one clear line each.
@Suite(
    .serialized, .tags(.interop), .timeLimit(.minutes(4)),
    .enabled(if: CameraTests.hasGStreamer, "make test installs gir1.2-gst-rtsp-server-1.0"))
struct BadInputTests {
    /// Runs a door until it ends by itself: its exit code, and the one line that says why.
    static func ending(
        _ door: String, _ arguments: [String], source: String? = nil
    ) throws -> (code: Int32, line: String) {
        let process = try DoorProcess(
            Lab.executable(door), arguments + ["--http", "127.0.0.1:0"],
            environment: source.map { ["SLUICE_SOURCE": $0] } ?? [:], until: door + ": ")
        let (code, rest) = process.end()
        let log = process.log + rest
        let lines = log.split(separator: "\n").filter { $0.hasPrefix(door + ": ") }
        #expect(lines.count == 1, "\(log)")
        #expect(!log.contains("s3cret") && !log.contains("wr0ng"))
        return (code, String(lines.first?.dropFirst(door.count + 2) ?? ""))
    }

    static func withFolder(_ body: (String) throws -> Void) throws {
        let folder = NSTemporaryDirectory() + "sluice-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    @Test func `a camera that is away, refuses the password, or has no H.264`() throws {
        let locked = try RelayTests.camera(audio: "none")
        let other = try CameraTests.gstreamer("--video", "vp8", "--audio", "none")
        try Self.withFolder { folder in
            for (source, lines) in [
                (
                    "rtsp://cam:s3cret@127.0.0.1:9/live",
                    ["cannot connect to 127.0.0.1:9: connection refused"]
                ),
                (
                    "rtsp://cam:wr0ng@127.0.0.1:\(locked.port)/live",
                    ["the camera refuses this user name or password"]
                ),
                (
                    "rtsp://127.0.0.1:\(other.port)/live",
                    [
                        "the camera offers no H264, only VP8",
                        "the camera offers no H264 or H265, only VP8",
                    ]
                ),
            ] {
                let relay = try Self.ending(
                    "relay", ["--publish", "http://127.0.0.1:9/whip"], source: source)
                let recorder = try Self.ending("recorder", ["--output", folder], source: source)
                #expect(relay.line == lines.first && relay.code == 69)
                #expect(recorder.line == lines.last && recorder.code == 69)
            }
            let files = try FileManager.default.contentsOfDirectory(atPath: folder)
            #expect(files.isEmpty, "\(files)")
        }
    }

    @Test func `a camera with B-frames`() async throws {
        try await ClipTests.withClip("clip.mp4") { path in
            let (folder, clip) = ((path as NSString).deletingLastPathComponent, path)
            for arguments in [
                [
                    "-c:v", "libx264", "-bf", "2", "-b_strategy", "0", "-g", "30",
                    "-x264-params", "aud=1", "-an", "-f", "h264", folder + "/clip.h264",
                ], ["-c:a", "aac", "-vn", "-f", "adts", folder + "/clip.aac"],
            ] {
                let (output, code) = try await run(
                    "ffmpeg", ["-v", "error", "-i", clip] + arguments)
                try #require(code == 0, "\(output)")
            }
            let camera = try ScriptProcess(
                CameraTests.systemPython, "../../../Scripts/synthetic-camera",
                [folder + "/clip.h264", folder + "/clip.aac", "--port", "0"])
            let address = camera.words[0].replacingOccurrences(of: "//", with: "//cam:secret@")
            let sfu = try SFUProcess()
            let (code, line) = try Self.ending(
                "relay", ["--publish", "http://127.0.0.1:\(sfu.port)/rooms/b/whip"],
                source: address)
            #expect(code == 69)
            #expect(line.hasPrefix("the source has B-frames, which WebRTC cannot carry"))
        }
    }

    @Test func `an endpoint that refuses, is not there, or never answers`() async throws {
        let sfu = try SFUProcess()
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(listener, $0, length)
                _ = listen(listener, 1)
                _ = getsockname(listener, $0, &length)
            }
        }
        let silent = UInt16(bigEndian: address.sin_port)
        try await ClipTests.withClip("clip.mp4") { clip in
            for (endpoint, line) in [
                ("http://127.0.0.1:\(sfu.port)/rooms/a/whap", "the endpoint answered 404"),
                ("http://127.0.0.1:9/whip", "127.0.0.1:9/whip refuses connections"),
                (
                    "http://127.0.0.1:\(silent)/whip",
                    "127.0.0.1:\(silent)/whip did not answer in time"
                ),
            ] {
                let (code, said) = try Self.ending(
                    "relay", ["--source", clip, "--publish", endpoint])
                #expect(code == 69)
                #expect(said.hasPrefix(line), "\(said)")
            }
            let (code, said) = try Self.ending("relay", ["--source", clip, "--publish", "whip"])
            #expect(code == 64 && said == "the endpoint must be an http:// or https:// URL")
        }
    }

    @Test func `a folder that is not there`() throws {
        let (code, line) = try Self.ending(
            "recorder", ["--output", "/nowhere"], source: "rtsp://127.0.0.1:9/")
        #expect(code == 66)
        #expect(line == "cannot write into /nowhere: no such file or directory")
    }

    @Test func `an option without the one that it belongs to`() throws {
        let (code, line) = try Self.ending("recorder", ["--segment-align"])
        #expect(code == 64 && line == "--segment-align needs --segment")
    }

    @Test(.enabled(if: Lab.hasPython, "make test makes .venv"))
    func `a camera that goes away is waited for, and its recording goes on in a new file`()
        async throws
    {
        let folder = NSTemporaryDirectory() + "sluice-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let port = try freePort()
        let camera = try CameraTests.gstreamer("--audio", "aac", "--port", "\(port)")
        let sfu = try SFUProcess()
        let source = ["SLUICE_SOURCE": "rtsp://127.0.0.1:\(port)/live"]
        let relay = try DoorProcess(
            Lab.executable("relay"),
            [
                "--publish", "http://127.0.0.1:\(sfu.port)/rooms/a/whip", "--http", "127.0.0.1:0",
            ], environment: source, until: "published")
        let recorder = try DoorProcess(
            Lab.executable("recorder"), ["--output", folder, "--http", "127.0.0.1:0"],
            environment: source, until: "\"http\":\"port ")
        try await eventually(within: 60) {
            try ServerRestartTests.hasWritten(1, recorder) ? true : nil
        }
        camera.stop()
        let away = try await CameraListTests.health(of: relay) {
            $0.cameras["camera"]?.state == "waiting"
        }
        #expect(away.cameras["camera"]?.reason != nil)
        let again = try CameraTests.gstreamer("--audio", "aac", "--port", "\(port)")
        let back = try await CameraListTests.health(of: relay) {
            $0.cameras["camera"]?.state == "publishing" && $0.cameras["camera"]?.playing == true
        }
        #expect(back.cameras["camera"]?.state == "publishing" && again.port == port)
        let metrics = try CameraListTests.get("/metrics", of: relay)
        #expect(!metrics.contains("sluice_relay_reconnects_total{reason=\"camera\"} 0\n"))
        try await eventually(within: 60) {
            try ServerRestartTests.hasWritten(2, recorder) ? true : nil
        }
        #expect(relay.stop().code == 0 && recorder.stop().code == 0)
        let files = try FileManager.default.contentsOfDirectory(atPath: folder)
            .filter { $0.hasSuffix(".ts") }
        #expect(files.count == 2, "\(files)")
        for file in files {
            let (output, code) = try await run(
                "ffmpeg", ["-v", "error", "-xerror", "-i", folder + "/" + file, "-f", "null", "-"])
            #expect(code == 0 && output.isEmpty, "\(output)")
        }
    }
}
