import Testing
import Web

@testable import Recording
@testable import RecordingAPI

/// The links of a recording that nothing has come for yet.
@Suite(.timeLimit(.minutes(1))) struct WaitedForTests {
    private static let base = "/api/v1/recordings/cam"
    static let links = [
        "/hls/cam/index.m3u8", "/hls/cam/index.m3u8?_HLS_msn=0&_HLS_part=0", base + "/download",
        base + "/download-url", base + "/thumbnail", base + "/export?from=0&to=1",
        base + "/stream/playlist.m3u8", base + "/stream/ts.m3u8",
    ]

    private static func folder(failing reason: String?) async throws -> RecordedFolder {
        let folder = try await RecordedFolder()
        let order = await folder.recordings.order("cam", "rtsp://192.0.2.1/live")
        await folder.recordings.add(order, RunningSource {})
        if let reason { order.recording.take(.interrupted(reason: reason, isFinal: false)) }
        return folder
    }

    @Test(arguments: links) func `they say that nothing has come, and why, as the status does`(
        link: String
    ) async throws {
        let reason = "cannot connect to 192.0.2.1:554: connection refused"
        let folder = try await Self.folder(failing: reason)
        let waiting = try await folder.get(link)
        #expect(waiting.status == 404, "\(link)")
        #expect(waiting.detail == "cam: nothing has been recorded of it yet: " + reason)
        #expect(try await folder.get("/api/recording/status/cam").text.contains(reason))
        _ = try await folder.recordings.stop("cam")
        let stopped = try await folder.get(link)
        #expect(stopped.status == 404 && stopped.detail == "cam: nothing was recorded: " + reason)
        await folder.recordings.forget("cam")
        let forgotten = try await folder.get(link)
        #expect(forgotten.status == 404 && forgotten.detail == "There is no recording cam")
    }

    @Test func `one that has just begun has no reason to tell`() async throws {
        let folder = try await Self.folder(failing: nil)
        let answer = try await folder.get("/hls/cam/index.m3u8")
        #expect(answer.detail == "cam: nothing has been recorded of it yet")
        let file = try await folder.get(Self.base + "/download?file=cam_20260101_000000.ts")
        #expect(file.detail == "There is no file cam_20260101_000000.ts of cam")
        await folder.recordings.stopAll()
    }

    @Test func `what was written and deleted is not there`() async throws {
        let folder = try await RecordedFolder()
        let growing = try await GrowingRecording("cam", in: folder)
        try await growing.record(pictures: 25)
        await growing.leave()
        let path = growing.running.progress.snapshot.files.path
        folder.delete(String(try #require(path.split(separator: "/").last)))
        let answer = try await folder.get("/hls/cam/index.m3u8")
        #expect(answer.status == 404 && answer.detail == "There is no recording cam")
    }
}
