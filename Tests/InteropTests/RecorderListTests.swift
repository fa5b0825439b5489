import Fetch
import Foundation
import Testing

/// `recorder` with a list of cameras: what it records from its start on, and after every restart.
@Suite(
    .serialized, .tags(.interop), .timeLimit(.minutes(5)),
    .enabled(if: CameraTests.hasGStreamer, "make test installs gir1.2-gst-rtsp-server-1.0"))
struct RecorderListTests {
    struct Active: Decodable {
        struct Recording: Decodable {
            let state: String
            let reason: String?
            let recording_mode: String
            let output_path: String?
        }

        let recordings: [String: Recording]

        var states: [String: String] { recordings.mapValues(\.state) }
    }

    private static func call(
        _ method: String, _ path: String, _ body: String = "", of recorder: DoorProcess
    ) throws -> HTTPReply {
        let port = try recorder.number(after: "\"http\":\"port ")
        return try Fetcher().perform(
            HTTPCall(
                method, "http://127.0.0.1:\(port)\(path)",
                headers: [HTTPField("content-type", "application/json")],
                body: body.isEmpty ? nil : Array(body.utf8)))
    }

    /// Asks how all stand until it is as wanted, for sixty seconds at most.
    private static func active(
        of recorder: DoorProcess, until states: [String: String]
    ) async throws -> Active {
        var active = Active(recordings: [:])
        for _ in 0..<300 {
            let reply = try call("GET", "/api/recording/active", of: recorder)
            active = try JSONDecoder().decode(Active.self, from: Data(reply.body))
            if active.states == states { break }
            try await Task.sleep(for: .milliseconds(200))
        }
        return active
    }

    private static func config(_ folder: String, _ ports: [Int]) -> String {
        """
        {"http": "127.0.0.1:0", "output": "\(folder)", "bearer": "t0k3n", "format": "fmp4",
         "cameras": [
          {"name": "door", "source": "rtsp://127.0.0.1:\(ports[0])/live", "segment": 2},
          {"name": "yard", "source": "rtsp://cam:s3cret@127.0.0.1:\(ports[1])/live", "format": "mp4"},
          {"name": "away", "source": "rtsp://127.0.0.1:9/live"}]}
        """
    }

    private static func folder() throws -> String {
        let path = NSTemporaryDirectory() + "sluice-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        return path
    }

    private static func start(_ file: String) throws -> DoorProcess {
        try DoorProcess(
            Lab.executable("recorder"), ["--config", file], until: "\"cameras\":\"3\"")
    }

    @Test func `all are recorded, one is stopped by the API, and a restart records all again`()
        async throws
    {
        let folder = try Self.folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let door = try CameraTests.gstreamer("--audio", "none")
        let yard = try CameraTests.gstreamer(
            "--audio", "none", "--user", "cam", "--password", "s3cret")
        let file = folder + "/list.json"
        try Self.config(folder, [door.port, yard.port])
            .write(toFile: file, atomically: true, encoding: .utf8)
        let all = ["door": "recording", "yard": "recording", "away": "waiting"]
        var told = ""

        var recorder = try Self.start(file)
        var active = try await Self.active(of: recorder, until: all)
        #expect(active.states == all, "\(recorder.log)")
        #expect(active.recordings["door"]?.recording_mode == "fmp4")
        #expect(active.recordings["yard"]?.recording_mode == "mp4")
        #expect(active.recordings["away"]?.reason?.contains("refused") == true)
        let again = try Self.call(
            "POST", "/api/recording/start",
            #"{"mint_id": "door", "source": "rtsp://127.0.0.1:9/live"}"#, of: recorder)
        #expect(again.status == 409)
        let stopped = try Self.call(
            "POST", "/api/recording/stop", #"{"mint_id": "yard"}"#, of: recorder)
        #expect(stopped.status == 200)
        let left = ["door": "recording", "away": "waiting"]
        active = try await Self.active(of: recorder, until: left)
        #expect(active.states == left)
        let list = try Self.call("GET", "/api/v1/recordings", of: recorder)
        for name in ["door", "yard", "away"] {
            #expect(
                String(decoding: list.body, as: UTF8.self).contains("\"recording_id\":\"\(name)\""))
        }
        var end = recorder.stop()
        #expect(end.code == 0)
        told += recorder.log + end.output

        recorder = try Self.start(file)
        active = try await Self.active(of: recorder, until: all)
        #expect(active.states == all, "\(recorder.log)")
        end = recorder.stop()
        #expect(end.code == 0)
        told += recorder.log + end.output
        let files = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(files.filter { $0.hasPrefix("yard_") && $0.hasSuffix(".mp4") }.count == 2)
        #expect(files.filter { $0.hasPrefix("door_") && $0.hasSuffix(".mp4") }.count >= 2)
        #expect(!told.contains("s3cret") && !told.contains("t0k3n"))
    }

    @Test func `a description that is not there yet is waited for, and the others begin`()
        async throws
    {
        let folder = try Self.folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let door = try CameraTests.gstreamer("--audio", "none")
        let (file, session) = (folder + "/list.json", folder + "/session.sdp")
        try """
        {"http": "127.0.0.1:0", "output": "\(folder)", "cameras": [
          {"name": "plain", "source": "\(session)"},
          {"name": "door", "source": "rtsp://127.0.0.1:\(door.port)/live"}]}
        """.write(toFile: file, atomically: true, encoding: .utf8)
        let recorder = try DoorProcess(
            Lab.executable("recorder"), ["--config", file], until: "\"cameras\":\"2\"")
        let all = ["plain": "waiting", "door": "recording"]
        var active = try await Self.active(of: recorder, until: all)
        #expect(active.states == all, "\(recorder.log)")
        #expect(active.recordings["plain"]?.reason?.contains("no such file") == true)
        let port = try freePort()
        try "m=audio \(port) RTP/AVP 0\r\na=rtcp-mux\r\n".write(
            toFile: session, atomically: false, encoding: .utf8)
        let unsent = "nothing has been sent to 127.0.0.1:\(port) yet"
        for _ in 0..<100 where active.recordings["plain"]?.reason != unsent {
            try await Task.sleep(for: .milliseconds(100))
            active = try await Self.active(of: recorder, until: all)
        }
        #expect(active.recordings["plain"]?.reason == unsent)
        #expect(recorder.stop().code == 0)
    }

    @Test(arguments: [
        (
            #"[{"name": "a", "source": "rtsp://h/"}, {"name": "a", "source": "rtsp://i/"}]"#,
            "recorder: camera 2 of the list, \"a\": camera 1 has the same name"
        ),
        (#"[{"name": "a"}]"#, "recorder: camera 1 of the list, \"a\" has no source"),
        (
            #"[{"name": "a b", "source": "rtsp://h/"}]"#,
            "recorder: camera 1 of the list, \"a b\": A name has 1 to 100 letters"
        ),
        (
            #"[{"name": "a", "source": "ftp://h/"}]"#,
            "recorder: camera 1 of the list, \"a\": the source must be an rtsp://"
        ),
        (
            #"[{"name": "a", "source": "file:///dev/null"}]"#,
            "recorder: camera 1 of the list, \"a\": the session description /dev/null cannot be used"
        ),
        (
            #"[{"name": "a", "source": "rtsp://h/", "keep-hours": 0}]"#,
            "recorder: camera 1 of the list, \"a\": keep-hours must be a whole number from 1"
        ),
        (
            #"[{"name": "a", "source": "rtsp://h/", "keep-megabytes": "much"}]"#,
            "recorder: camera 1 of the list, \"a\": keep-megabytes must be a whole number from 1"
        ),
        (
            #"[{"name": "a", "source": "rtsp://h/", "keep-free-megabytes": 9}]"#,
            "recorder: camera 1 of the list, \"a\": unknown key \"keep-free-megabytes\""
        ),
        (
            #"{"source": "rtsp://h/", "cameras": [{"name": "a", "source": "rtsp://h/"}]}"#,
            "recorder: give --source, or a list of cameras, not both"
        ),
    ]) func `a list that cannot be recorded is refused in one line`(
        list: String, line: String
    ) async throws {
        let folder = try Self.folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try list.write(toFile: folder + "/there.json", atomically: true, encoding: .utf8)
        let (output, code) = try await run(
            "timeout",
            [
                "20", Lab.executable("recorder"), "--config", folder + "/there.json", "--output",
                folder, "--http", "127.0.0.1:0", "--log-level", "error",
            ])
        #expect(code == 64 && output.hasPrefix(line), "\(output)")
        #expect(output.split(separator: "\n").count == 1, "\(output)")
    }
}
