import Testing
import Timing
import Web

@testable import Recording
@testable import RecordingAPI

/// Sound that cannot be recorded: who started the recording hears of it, and who asks how it stands.
@Suite(.timeLimit(.minutes(1))) struct SoundWarningTests {
    struct Status: Decodable { let warnings: [String] }

    private static let sentence = "the source's sound, G726-32, cannot be recorded"

    @Test func `it is in the status while it is so, and logged once`() async throws {
        let said = ToldLines()
        let folder = try await RecordedFolder { _, report in said.note(report.message) }
        let recordings = folder.recordings
        let order = await recordings.order("cam", "rtsp://192.0.2.1/live")
        await recordings.add(order, RunningSource {})
        func warnings() async throws -> [String] {
            let status = try await folder.get("/api/recording/status/cam")
            return try decodeJSON(Status.self, from: status.octets).warnings
        }
        #expect(try await warnings() == [])
        for _ in 0..<3 { order.recording.take(.leftOut(sound: ["G726-32"])) }
        #expect(try await warnings() == [Self.sentence])
        order.recording.take(.leftOut(sound: []))
        #expect(try await warnings() == [])
        #expect(said.lines == [Self.sentence])
        await recordings.stopAll()
    }

    @Test func `both starts answer with it`() throws {
        var progress = RecordingProgress.Snapshot()
        progress.source.unrecordedSound = ["G726-32"]
        let status = Recordings.Status(name: "cam", progress: progress)
        let body = Array(#"{"mint_id": "cam", "room_id": "demo"}"#.utf8)
        let known = "room_id is not known here: it is passed over"
        let started = StartedBody(
            status, nil, try decodeJSON(from: body), from: "rtsp://192.0.2.1/live")
        #expect(started.warnings == [known, Self.sentence])
        let room = RoomStartedBody(
            status, DateTime(nanoseconds: 0), try decodeJSON(from: body),
            from: "rtsp://192.0.2.1/live")
        #expect(room.warnings.last == Self.sentence)
    }
}
