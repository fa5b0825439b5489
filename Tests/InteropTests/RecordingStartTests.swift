import Foundation
import Glibc
import Testing

/// What a recorder answers when it is asked to record what is not there.
@Suite(.serialized, .tags(.interop), .timeLimit(.minutes(2)))
struct RecordingStartTests {
    struct Answer: Decodable {
        let success: Bool?
        let state: String?
        let reason: String?
        let detail: String?
        let output_path: String?
        let tracks: [[String: String]]?
    }

    private static func call(
        _ url: String, _ body: String? = nil
    ) async throws -> (status: Int, answer: Answer) {
        let (output, _) = try await run(
            "curl",
            ["-s", "-w", "\n%{http_code}", url] + (body.map { ["-d", $0] } ?? []))
        let lines = output.split(separator: "\n")
        let answer = try JSONDecoder().decode(Answer.self, from: Data(lines[0].utf8))
        return (Int(lines[1]) ?? 0, answer)
    }

    @Test func `a source that is not there is taken, and told with its reason`()
        async throws
    {
        let folder = NSTemporaryDirectory() + "sluice-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let recorder = try DoorProcess(
            Lab.executable("recorder"), ["--output", folder, "--http", "127.0.0.1:0"],
            until: "\"http\":\"port ")
        let api = "http://127.0.0.1:\(try recorder.number(after: "\"http\":\"port "))/api"

        // Nobody listens on port 1.
        let camera = try await Self.call(
            api + "/recording/start", #"{"mint_id": "cam", "source": "rtsp://127.0.0.1:1/live"}"#)
        #expect(camera.status == 202 && camera.answer.success == true)
        #expect(camera.answer.state == "waiting")
        #expect(camera.answer.reason?.contains("refused") == true, "\(camera)")
        let status = try await Self.call(api + "/recording/status/cam")
        #expect(status.status == 200 && status.answer.state == "waiting")
        #expect(status.answer.reason == camera.answer.reason && status.answer.output_path == nil)
        let again = try await Self.call(
            api + "/recording/start", #"{"mint_id": "cam", "source": "rtsp://127.0.0.1:1/live"}"#)
        #expect(again.status == 409 && again.answer.detail?.hasPrefix("cam: ") == true)

        let room = try await Self.call(
            api + "/v1/recordings/start",
            #"{"room_id": "lobby", "source": "http://127.0.0.1:1/rooms/lobby/whep"}"#)
        #expect(room.status == 202 && room.answer.reason?.contains("refuses") == true, "\(room)")
        let watched = try await Self.call(
            api + "/recording/start", #"{"mint_id": "w", "source": "http://127.0.0.1:1/whep"}"#)
        #expect(watched.status == 202 && watched.answer.success == true)
        let waiting = try await Self.call(api + "/recording/status/w")
        #expect(waiting.answer.state == "waiting")
        #expect(waiting.answer.reason == watched.answer.reason && waiting.answer.reason != nil)
        let stopped = try await Self.call(api + "/recording/stop", #"{"mint_id": "w"}"#)
        #expect(stopped.status == 200 && stopped.answer.state == "stopped")
        #expect(stopped.answer.reason == watched.answer.reason)
        #expect(recorder.stop().code == 0)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
    }

    @Test func `a folder is one recorder's until it ends, and the next says what a kill has left`()
        async throws
    {
        let folder = NSTemporaryDirectory() + "sluice-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let arguments = ["--output", folder, "--http", "127.0.0.1:0"]
        let first = try DoorProcess(
            Lab.executable("recorder"), arguments, until: "\"http\":\"port ")
        let (output, code) = try await run(
            "timeout", ["10", Lab.executable("recorder")] + arguments)
        #expect(code == 69)
        let process = first.process.processIdentifier
        let line = "recorder: another recorder records into \(folder): process \(process)\n"
        #expect(output == line, "\(output)")
        let server = try await run(
            "timeout",
            [
                "10", Lab.sfu, "--http", "127.0.0.1:0", "--rtc", "127.0.0.1:0", "--recordings",
                folder,
            ])
        #expect(server.code == 69 && server.output.contains("another recorder records into"))

        let api =
            "http://127.0.0.1:\(try first.number(after: "\"http\":\"port "))/api/v1/recordings"
        let body =
            #"{"room_id": "r", "title": "T", "source": "rtsp://127.0.0.1:1/", "wait_seconds": 0}"#
        #expect(try await Self.call(api + "/start", body).status == 202)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 1)
        kill(process, SIGKILL)
        first.process.waitUntilExit()
        let second = try DoorProcess(
            Lab.executable("recorder"), arguments, until: "there was a note and no file")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
        #expect(second.stop().code == 0)
    }

    @Test(arguments: [
        ("nonsense", "nonsense"), ("ftp://127.0.0.1", "ftp://127.0.0.1"), ("http://", "http://"),
        ("http://u:p@127.0.0.1:3000?token=x", "http://127.0.0.1:3000/…"),
    ])
    func `rooms are looked for at a server's address, or nowhere`(
        rooms: String, told: String
    ) async throws {
        let (output, code) = try await run(
            "timeout", ["10", Lab.executable("recorder"), "--rooms", rooms])
        #expect(code == 64)
        #expect(
            output == "recorder: --rooms must be an http:// or https:// URL, as in"
                + " http://127.0.0.1:3000, not \"\(told)\"\n")
    }

    @Test func `a camera that is there is recorded when the answer comes`() async throws {
        let folder = NSTemporaryDirectory() + "sluice-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let camera = try ScriptProcess("/usr/bin/python3", "rtsp_camera.py", [])
        let recorder = try DoorProcess(
            Lab.executable("recorder"), ["--output", folder, "--http", "127.0.0.1:0"],
            until: "\"http\":\"port ")
        let api = "http://127.0.0.1:\(try recorder.number(after: "\"http\":\"port "))/api"
        let body =
            "{\"mint_id\": \"cam\", \"source\": \"rtsp://127.0.0.1:\(camera.port)/live\", "
            + "\"wait_seconds\": 15}"
        let (output, _) = try await run("curl", ["-s", api + "/recording/start", "-d", body])
        #expect(output.contains("\"success\":true"), "\(output)")
        #expect(output.contains("avc1.") && output.contains("mp4a.40.2"), "\(output)")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder)
        let file = try #require(files.first { $0.hasSuffix(".ts") })
        let octets = try FileManager.default.attributesOfItem(atPath: folder + "/" + file)[.size]
        #expect(octets as? Int ?? 0 > 0)
        #expect(recorder.stop().code == 0)
    }
}
