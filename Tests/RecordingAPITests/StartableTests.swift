import Testing
import Web

@testable import Recording
@testable import RecordingAPI

/// What the recorder itself was told to record, once it has been stopped: it is still told of.
@Suite(.timeLimit(.minutes(1))) struct StartableTests {
    struct Listed: Decodable {
        let recording_id: String
        let can_start: Bool
        let file_count: Int
        let condition: String?
    }

    struct List: Decodable {
        let recordings: [Listed]
        let total: Int
    }

    struct Health: Decodable {
        let status: String
        let recordings: [String: String]
    }

    private static func folder() async throws -> RecordedFolder {
        let folder = try await RecordedFolder()
        let cameras = ["gate", "door"].map {
            RecordingRequest($0, source: "rtsp://127.0.0.1:1/live")
        }
        await folder.recordings.know(cameras)
        try await folder.recordings.expect(cameras)
        return folder
    }

    private static func list(_ folder: RecordedFolder, _ query: String = "") async throws -> List {
        try decodeJSON(List.self, from: await folder.get("/api/v1/recordings" + query).octets)
    }

    private static func health(_ folder: RecordedFolder) async throws -> Health {
        try decodeJSON(Health.self, from: await folder.get("/health").octets)
    }

    @Test func `while it runs it cannot be started`() async throws {
        let folder = try await Self.folder()
        let list = try await Self.list(folder)
        #expect(list.recordings.map(\.recording_id) == ["door", "gate"])
        #expect(list.recordings.allSatisfy { !$0.can_start } && list.total == 2)
        await folder.recordings.stopAll()
    }

    @Test func `stopped it stays in lists and in health, behind what runs`() async throws {
        let folder = try await Self.folder()
        try folder.record("old_20260101_000000.ts", .mpegts)
        _ = try await folder.recordings.stop("door")
        let list = try await Self.list(folder)
        #expect(list.recordings.map(\.recording_id) == ["gate", "door", "old"])
        #expect(list.recordings.map(\.can_start) == [false, true, false] && list.total == 3)
        #expect(list.recordings[1].file_count == 0 && list.recordings[1].condition == "stopped")
        #expect(try await Self.list(folder, "?room_id=door").total == 1)
        let health = try await Self.health(folder)
        #expect(health.status == "ok")
        #expect(health.recordings == ["gate": "connecting", "door": "stopped"])
        await folder.recordings.stopAll()
    }

    @Test func `while it is being stopped it is in both, and can neither be started nor stopped`()
        async throws
    {
        let folder = try await Self.folder()
        await folder.recordings.beginEnding("door")
        let list = try await Self.list(folder)
        let door = try #require(list.recordings.first { $0.recording_id == "door" })
        #expect(door.condition == "stopping" && !door.can_start && list.total == 2)
        let health = try await Self.health(folder)
        #expect(health.recordings == ["gate": "connecting", "door": "stopping"])
        #expect(health.status == "ok")
        let stop = try await folder.ask(.post, "/api/v1/recordings/door/stop")
        #expect(stop.status == 404, "\(stop.text)")
        await folder.recordings.stopAll()
    }

    /// A path of its own is an action's, by its method alone.
    @Test func `a recording may be called start`() async throws {
        let folder = try await RecordedFolder()
        try folder.record("start_20260101_000000.ts", .mpegts)
        #expect(try await folder.get("/api/v1/recordings/start").status == 200)
        #expect(try await folder.ask(.delete, "/api/v1/recordings/start").status == 204)
        #expect(try await folder.get("/api/v1/recordings/start").status == 404)
    }

    @Test func `with files it is in a list once`() async throws {
        let folder = try await Self.folder()
        try folder.record("door_20260101_000000.ts", .mpegts)
        _ = try await folder.recordings.stop("door")
        let list = try await Self.list(folder)
        #expect(list.recordings.map(\.recording_id) == ["gate", "door"] && list.total == 2)
        #expect(list.recordings[1].can_start && list.recordings[1].file_count == 1)
        await folder.recordings.stopAll()
    }

    @Test func `deleted it stays, without files, and a start begins it`() async throws {
        let folder = try await Self.folder()
        try folder.record("door_20260101_000000.ts", .mpegts)
        _ = try await folder.recordings.stop("door")
        for _ in 0..<2 {
            #expect(try await folder.ask(.delete, "/api/v1/recordings/door").status == 204)
            let one = try await folder.get("/api/v1/recordings/door")
            let body = try decodeJSON(Listed.self, from: one.octets)
            #expect(one.status == 200 && body.can_start && body.file_count == 0)
        }
        let start = #"{"room_id": "door", "wait_seconds": 0}"#
        let answer = try await folder.ask(.post, "/api/v1/recordings/start", start)
        #expect(answer.status == 202, "\(answer.text)")
        #expect(try await Self.list(folder).recordings.allSatisfy { !$0.can_start })
        await folder.recordings.stopAll()
    }

    @Test func `what nobody told the recorder to record is gone when it is deleted`() async throws {
        let folder = try await Self.folder()
        try folder.record("old_20260101_000000.ts", .mpegts)
        #expect(try await folder.ask(.delete, "/api/v1/recordings/old").status == 204)
        #expect(try await folder.get("/api/v1/recordings/old").status == 404)
        #expect(try await folder.ask(.delete, "/api/v1/recordings/old").status == 404)
        await folder.recordings.stopAll()
    }
}

extension Recordings {
    /// As it is while the disk takes its time over the file's end.
    fileprivate func beginEnding(_ name: String) {
        guard let recording = entries.removeValue(forKey: name)?.recording else { return }
        recording.progress.update { $0.isStopping = true }
        ending.append(recording)
    }
}
