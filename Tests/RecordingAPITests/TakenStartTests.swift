import Testing
import Web

@testable import Recording
@testable import RecordingAPI

/// Starts that are taken while nothing has come yet.
@Suite(.timeLimit(.minutes(1))) struct TakenStartTests {
    struct Taken: Decodable {
        let success: Bool?
        let state: String?
        let recording_id: String?
        let warnings: [String]
    }

    private static func start(
        _ path: String, _ body: String, in folder: RecordedFolder
    ) async throws -> Taken {
        let source = #""source": "rtsp://127.0.0.1:1/live", "wait_seconds": 0"#
        let answer = try await folder.ask(.post, path, "{\(body), \(source)}")
        #expect(answer.status == 202, "\(answer.text)")
        return try decodeJSON(from: answer.octets)
    }

    @Test func `what is taken is a success, and its state says that nothing has come`() async throws
    {
        let folder = try await RecordedFolder()
        let taken = try await Self.start(
            "/api/recording/start", #""mint_id": "cam""#, in: folder)
        #expect(taken.success == true && ["connecting", "waiting"].contains(taken.state))
        await folder.recordings.stopAll()
    }

    @Test func `who names a room that no file's name can hold is told what it is called`()
        async throws
    {
        let folder = try await RecordedFolder()
        let path = "/api/v1/recordings/start"
        let reduced = try await Self.start(path, #""room_id": "Große Runde""#, in: folder)
        let id = try #require(reduced.recording_id)
        #expect(id.hasPrefix("GroeRunde-2"))
        #expect(
            reduced.warnings == [
                "no file's name can hold all of room_id: the recording is \(id)"
            ])
        let kept = try await Self.start(path, #""room_id": "demo-1""#, in: folder)
        #expect(kept.warnings == [])
        await folder.recordings.stopAll()
    }
}
