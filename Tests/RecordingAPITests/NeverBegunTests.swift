import Glibc
import Testing
import Web

@testable import Recording
@testable import RecordingAPI

/// Recordings that nothing ever came for: what their end says, and what is left of them.
@Suite(.timeLimit(.minutes(1))) struct NeverBegunTests {
    struct Stopped: Decodable {
        let success: Bool?
        let state: String?
        let status: String?
        let reason: String?
        let message: String?
        let output_path: String?
        let file_path: String?
        let files: [String]?
        let file_size_bytes: Int
        let duration_seconds: Double
    }

    private static func has(_ file: String, _ folder: RecordedFolder) -> Bool {
        access(folder.path + "/" + file, F_OK) == 0
    }

    /// Begins a recording whose source never answers, with a title.
    private static func begin(_ name: String, in folder: RecordedFolder) async throws {
        let order = await folder.recordings.order(name, "rtsp://192.0.2.1/live")
        await folder.recordings.add(order, RunningSource {})
        let title = try decodeJSON(RecordingTitle.self, from: Array(#"{"title": "T"}"#.utf8))
        await RecordingTitles(catalog: RecordingCatalog(folder.recordings)).keep(
            title, of: name, after: nil)
        #expect(has(name + ".recording.json", folder))
    }

    @Test(arguments: ["/api/recording/stop", "/api/v1/recordings/cam/stop"])
    func `its end is no error, says that there is no file and why, and leaves nothing`(
        path: String
    ) async throws {
        for failure in [nil, "192.0.2.1 refuses connections"] {
            let folder = try await RecordedFolder()
            try await Self.begin("cam", in: folder)
            if let failure {
                let running = try #require(await folder.recordings.entries["cam"]).recording
                running.take(.interrupted(reason: failure, isFinal: false))
            }
            let answer = try await folder.ask(.post, path, #"{"mint_id": "cam"}"#)
            let stopped = try decodeJSON(Stopped.self, from: answer.octets)
            let reason = failure ?? "nothing has come from the source"
            #expect(answer.status == 200 && stopped.reason == reason, "\(answer.text)")
            #expect(stopped.output_path == nil && stopped.file_path == nil)
            #expect(stopped.files ?? [] == [] && stopped.file_size_bytes == 0)
            if path.contains("v1") {
                #expect(stopped.status == "failed")
                #expect(stopped.message == "Nothing was recorded: " + reason)
            } else {
                #expect(stopped.success == true && stopped.state == "stopped")
            }
            #expect(!Self.has("cam.recording.json", folder))
            let one = try await folder.get("/api/v1/recordings/cam")
            #expect(one.status == 200 && one.text.contains(reason), "it is told until deleted")
            #expect(try await folder.ask(.delete, "/api/v1/recordings/cam").status == 204)
        }
    }

    @Test func `what was said of earlier files stays with them`() async throws {
        let folder = try await RecordedFolder()
        try folder.record("cam_20260101_000000.ts", .mpegts)
        try await Self.begin("cam", in: folder)
        _ = try await folder.recordings.stop("cam")
        #expect(Self.has("cam.recording.json", folder))
    }

    @Test func `a process that ends in order leaves no note of what never began`() async throws {
        let folder = try await RecordedFolder()
        try await Self.begin("cam", in: folder)
        await folder.recordings.stopAll()
        #expect(!Self.has("cam.recording.json", folder))
    }

    @Test func `what a kill has left of them goes with the next start, which says so`() async throws
    {
        let folder = try await RecordedFolder()
        let note = Array(#"{"room_id": "demo"}"#.utf8)
        try folder.record("kept_20260101_000000.ts", .mpegts)
        let left = ["kept", "demo-1", "demo-2", "young"].map { $0 + ".recording.json" }
        let torn = "demo-3.recording.json.new"
        for file in left + [torn] { try folder.write(note, to: file) }
        for file in left.dropLast() + [torn] {
            // An earlier life's, by a second.
            var now = timespec()
            clock_gettime(CLOCK_REALTIME, &now)
            var times = [timeval(tv_sec: now.tv_sec - 1, tv_usec: 0), timeval()]
            times[1] = times[0]
            #expect(utimes(folder.path + "/" + file, times) == 0)
        }
        let claims = ClaimedFiles()
        var status = stat()
        #expect(stat(folder.path + "/young.recording.json", &status) == 0)
        let begun = Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
        let gone = StoredNote.removeStrays(in: folder.path, before: begun, claims)
        #expect(gone == ["demo-1", "demo-2"])
        #expect(left.map { Self.has($0, folder) } == [true, false, false, true])
        #expect(!Self.has(torn, folder))

        // The same by a process that begins.
        for file in left { try folder.write(note, to: file) }
        var times = [timeval(tv_sec: 1_000_000_000, tv_usec: 0), timeval()]
        times[1] = times[0]
        for file in left { #expect(utimes(folder.path + "/" + file, times) == 0) }
        let next = try Recordings(
            folder: folder.path, clock: { 1_800_000_000_000_000_000 },
            report: { _, _ in })
        let report = await next.recovered()
        #expect("\(report)".hasPrefix("1 file is whole"))
        #expect(report.forgotten == ["demo-1", "demo-2", "young"] && report.isNews)
        #expect(
            "\(report)".contains(
                "of demo-1, demo-2, young there was a note and no file: it is deleted"))
        #expect(left.map { Self.has($0, folder) } == [true, false, false, false])
        let endpoints = RecordingEndpoints(next)
        for method in [HTTPMethod.get, .delete] {
            let request = HTTPRequest(method: method, path: "/api/v1/recordings/demo-1")
            #expect(await endpoints.respond(to: request).status == 404)
        }
        await next.stopAll()
    }
}
