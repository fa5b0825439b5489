import Muxer
import Testing
import Timing
import Web

@testable import Recording
@testable import RecordingAPI

/// Recordings listed, described and deleted.
@Suite struct CatalogTests {
    struct Listed: Decodable {
        struct One: Decodable {
            let recording_id: String
            let status: String
            let started_at: String?
            let stopped_at: String?
            let duration_seconds: Double
            let file_size_bytes: Int
            let file_count: Int
        }
        let recordings: [One]
        let total: Int
    }

    @Test func `every field of a list is what lies on the disk`() async throws {
        let folder = try await RecordedFolder()
        let sizes = try (0..<3).map { number in
            try folder.record("cam_20260101_00000\(number).ts", .mpegts).count
        }
        try folder.record("door_20260102_000000.mp4", .fmp4)
        let answer = try await folder.get("/api/v1/recordings?limit=1&offset=1")
        let list = try decodeJSON(Listed.self, from: answer.octets)
        #expect(list.total == 2 && list.recordings.count == 1)
        let one = try #require(list.recordings.first)
        #expect(one.recording_id == "cam" && one.status == "completed" && one.file_count == 3)
        #expect(one.file_size_bytes == sizes.reduce(0, +))
        #expect(abs(one.duration_seconds - 9) < 0.01)
        #expect(one.started_at == "2023-11-14T22:13:25.000Z")
        #expect(one.stopped_at == "2023-11-14T22:13:28.000Z")
    }

    @Test func `a new file is seen, and a deleted one is gone`() async throws {
        let folder = try await RecordedFolder()
        try folder.record("cam_20260101_000000.ts", .mpegts)
        #expect(try await folder.get("/hls/cam/index.m3u8").status == 200)
        try folder.record("door_20260101_000000.ts", .mpegts)
        #expect(try await folder.get("/hls/door/index.m3u8").status == 200)
        #expect(try await folder.ask(.delete, "/api/v1/recordings/cam").status == 204)
        #expect(try await folder.get("/hls/cam/index.m3u8").status == 404)
        #expect(try await folder.get("/api/v1/recordings/cam").status == 404)
    }

    @Test(arguments: [
        ("?permanent=false", 501), ("?permanent=", 400), ("?permanent=1", 400),
        ("?permanent=true", 204), ("", 204),
    ])
    func `deleting is for good, and who wants it otherwise is told that nothing is deleted`(
        query: String, status: Int
    ) async throws {
        let folder = try await RecordedFolder()
        try folder.record("cam_20260101_000000.ts", .mpegts)
        let answer = try await folder.ask(.delete, "/api/v1/recordings/cam" + query)
        #expect(answer.status == status)
        let isThere = try await folder.get("/api/v1/recordings/cam").status == 200
        #expect(isThere == (status != 204))
        #expect(answer.detail.hasPrefix("cam is not deleted: ") == isThere)
    }

    @Test func `a file is played by its own name, and none by a part of it`() async throws {
        let folder = try await RecordedFolder()
        try folder.record("cam_20260101_000000.ts", .mpegts)
        #expect(try await folder.get("/hls/cam_20260101_000000/index.m3u8").status == 200)
        #expect(try await folder.get("/hls/cam_2026/index.m3u8").status == 404)
        #expect(try await folder.get("/hls/ca/index.m3u8").status == 404)
    }

    @Test func `the index of a file that is being closed is read again`() async throws {
        let folder = try await RecordedFolder()
        let catalog = RecordingCatalog(folder.recordings)
        try folder.record("cam_20260101_000000.ts", .mpegts, seconds: 2, isClosed: false)
        let before = try #require(try await catalog.file("cam_20260101_000000.ts"))
        try folder.record("cam_20260101_000000.ts", .mpegts, seconds: 4)
        let after = try #require(try await catalog.file("cam_20260101_000000.ts"))
        #expect(before.duration < after.duration)
    }

    @Test func `with too much to be read, nothing is taken for deleted`() async throws {
        let folder = try await RecordedFolder()
        try folder.record("cam_20260101_000000.ts", .mpegts)
        let catalog = RecordingCatalog(
            folder.recordings, reading: WorkQueue(name: "reading", limit: 0))
        let history = PlaylistHistory(catalog: catalog, recordings: folder.recordings)
        await #expect(throws: WorkQueue.Busy.self) { try await history.playlist(of: "cam") }
        await #expect(throws: WorkQueue.Busy.self) { try await catalog.entries() }
        await #expect(throws: WorkQueue.Busy.self) {
            try await catalog.file("cam_20260101_000000.ts")
        }
    }

    @Test func `an index's wall clock beyond all dates stops nothing`() async throws {
        let header = IndexHeader(container: .mpegts, formats: [], wallClock: .max)
        #expect(header.date(at: .seconds(1)) == DateTime(nanoseconds: .max))
        #expect(IndexHeader(container: .mpegts, formats: []).date(at: .zero) == nil)
    }
}
