import Testing
import Web

@testable import Recording
@testable import RecordingAPI

/// `from` in the start of a room's recording: whom of it.
@Suite(.timeLimit(.minutes(1))) struct RoomPeerStartTests {
    private static let path = "/api/v1/recordings/start"

    private static func start(
        _ more: String, in folder: RecordedFolder
    ) async throws -> Answer {
        try await folder.ask(.post, path, #"{"room_id": "demo", "wait_seconds": 0\#(more)}"#)
    }

    @Test func `a server is asked for that peer, and each can be recorded`() async throws {
        // Nobody listens there: recordings wait for it.
        let folder = try await RecordedFolder(rooms: "http://127.0.0.1:1/")
        for more in ["", #", "from": "alice""#, #", "from": "Zoë & Bob""#] {
            let answer = try await Self.start(more, in: folder)
            #expect(answer.status == 202, "\(answer.text)")
        }
        let again = try await Self.start(#", "from": "alice""#, in: folder)
        #expect(again.status == 409, "she is recorded")
        let entries = await folder.recordings.entries.values
        let whep = "http://127.0.0.1:1/rooms/demo/whep"
        #expect(
            entries.map(\.order.source).sorted()
                == [whep, whep + "?from=Zo%C3%AB%20%26%20Bob", whep + "?from=alice"])
        let list = try await folder.get("/api/v1/recordings?room_id=demo").text
        #expect(list.contains(#""total":3"#) && list.contains(#""requested":{"from":"alice"}"#))
        await folder.recordings.stopAll()
    }

    @Test(arguments: [
        #", "from": """#, #", "from": "a\nb""#, #", "from": 7"#,
        #", "from": "alice", "source": "rtsp://127.0.0.1:1/live""#,
    ]) func `nobody can be called so, or has a source of his own`(more: String) async throws {
        let folder = try await RecordedFolder(rooms: "http://127.0.0.1:1")
        let escaped = more.replacing("\n", with: "\\n")
        let answer = try await Self.start(escaped, in: folder)
        #expect(answer.status == 400 && answer.detail.contains("from"), "\(answer.text)")
        #expect(await folder.recordings.active().isEmpty)
    }
}
