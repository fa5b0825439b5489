import Muxer
import Testing
import Web

@testable import Recording
@testable import RecordingAPI

/// Recordings that end before anything has been recorded: the source refuses, or the disk does.
@Suite(.timeLimit(.minutes(1))) struct RefusedStartTests {
    @Test(arguments: [(hasFile: false, status: 502), (hasFile: true, status: 500)])
    func `whose fault it is decides, and nothing is left`(hasFile: Bool, status: Int) async throws {
        let folder = try await RecordedFolder()
        let recordings = folder.recordings
        let order = await recordings.order("cam", "rtsp://192.0.2.1/live")
        await recordings.add(order, RunningSource {})
        if hasFile { order.recording.take(.began(.mpegts)) }
        order.recording.take(.interrupted(reason: "no room", isFinal: true))
        let found = try #require(await recordings.started("cam", within: .seconds(30)))
        let titles = RecordingTitles(catalog: RecordingCatalog(recordings))
        let title = try decodeJSON(RecordingTitle.self, from: Array(#"{"title": "Door"}"#.utf8))
        await titles.keep(title, of: "cam")
        #expect(try await titles.title(of: "cam")?.title == "Door")
        let answer = await recordings.refusal(found, titles)
        #expect(answer.status == status)
        #expect(try await titles.title(of: "cam") == nil)
        for path in ["/api/recording/status/cam", "/api/v1/recordings/cam", "/hls/cam/index.m3u8"] {
            #expect(try await folder.get(path).status == 404, "\(path)")
        }
        #expect(await recordings.active().isEmpty)
    }
}
