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
        await titles.keep(title, of: "cam", after: nil)
        #expect(try await titles.title(of: "cam")?.title == "Door")
        let answer = await recordings.refusal(found, former: nil, titles)
        #expect(answer.status == status)
        #expect(try await titles.title(of: "cam") == nil)
        for path in ["/api/recording/status/cam", "/api/v1/recordings/cam", "/hls/cam/index.m3u8"] {
            #expect(try await folder.get(path).status == 404, "\(path)")
        }
        #expect(await recordings.active().isEmpty)
    }

    @Test func `what was said of earlier files of that name holds again`() async throws {
        let folder = try await RecordedFolder()
        let recordings = folder.recordings
        try folder.record("cam_20260101_000000.ts", .mpegts)
        let titles = RecordingTitles(catalog: RecordingCatalog(recordings))
        func title(_ text: String) throws -> RecordingTitle {
            try decodeJSON(RecordingTitle.self, from: Array(#"{"title": "\#(text)"}"#.utf8))
        }
        await titles.keep(try title("Door"), of: "cam", after: nil)
        let order = await recordings.order("cam", "rtsp://192.0.2.1/live")
        await recordings.add(order, RunningSource {})
        order.recording.take(.interrupted(reason: "no room", isFinal: true))
        let wait = try #require(StartWait(15))
        let former = try await titles.former(of: "cam")
        let outcome = await recordings.outcome(
            ofStart: "cam", saying: try title("Gate"), after: former, within: wait, titles)
        guard case .refused(let answer) = outcome else {
            Issue.record("it was taken")
            return
        }
        #expect(answer.status == 502)
        #expect(try await titles.title(of: "cam")?.title == "Door")
        #expect(try await folder.get("/api/v1/recordings/cam").text.contains("\"Door\""))
    }
}
