import Muxer
import Testing
import Web

@testable import Recording
@testable import RecordingAPI

/// Recordings in figures, and what is refused because nothing is encoded.
@Suite struct AnalyticsTests {
    struct Found: Decodable {
        let status: String
        let file_count: Int
        let file_size_bytes: Int
        let duration_seconds: Double
        let average_bitrate_kbps: Double
        let segment_count: Int
        let longest_segment_seconds: Double
        let gap_count: Int
        let gap_seconds: Double
        let source_since: String?
        let source_until: String?
        let source: [String: UInt64]?
    }

    @Test func `figures are those of the files on the disk`() async throws {
        let folder = try await RecordedFolder()
        // Their dates count from their own clocks: the second begins 10 s after the first, which has 3.
        let sizes = [
            try folder.record("cam_20260101_000000.ts", .mpegts, from: 5).count,
            try folder.record("cam_20260101_000010.ts", .mpegts, seconds: 6, from: 15).count,
        ]
        let answer = try await folder.get("/api/v1/recordings/cam/analytics")
        let found = try decodeJSON(Found.self, from: answer.octets)
        #expect(found.status == "completed" && found.file_count == 2 && found.source == nil)
        let octets = sizes.reduce(0, +)
        #expect(found.file_size_bytes == octets && abs(found.duration_seconds - 9) < 0.01)
        let rate = Double(octets) * 8 / 1000 / found.duration_seconds
        #expect(abs(found.average_bitrate_kbps - rate) < 0.001)
        #expect(found.segment_count == 5 && abs(found.longest_segment_seconds - 2) < 0.01)
        #expect(found.gap_count == 1 && abs(found.gap_seconds - 7) < 0.01)
        #expect(found.source_since == nil && found.source_until == nil)
    }

    @Test func `of what its source has sent, and of that alone, it says from when to when`()
        async throws
    {
        let folder = try await RecordedFolder()
        let earlier = try folder.record("cam_20260101_000000.ts", .mpegts).count
        let growing = try await GrowingRecording("cam", in: folder)
        growing.running.progress.update { $0.startedSeconds = 1_800_000_000 }
        try await growing.record(pictures: 25)
        func figures() async throws -> Found {
            let answer = try await folder.get("/api/v1/recordings/cam/analytics")
            return try decodeJSON(Found.self, from: answer.octets)
        }
        let running = try await figures()
        #expect(running.file_count == 2 && running.file_size_bytes > earlier)
        #expect(running.source?["video_frames_received"] == 25, "of the later file alone")
        #expect(running.source_since == "2027-01-15T08:00:00.000Z" && running.source_until == nil)
        await growing.leave()
        let left = try await figures()
        #expect(left.source_since == running.source_since)
        #expect(left.source_until == "2027-01-15T08:00:00.000Z")
    }

    @Test func `what a running source has sent is told too`() async throws {
        let folder = try await RecordedFolder()
        let growing = try await GrowingRecording("cam", in: folder)
        try await growing.record(pictures: 25)
        await growing.leave()
        let answer = try await folder.get("/api/v1/recordings/cam/analytics")
        let found = try decodeJSON(Found.self, from: answer.octets)
        let source = try #require(found.source)
        #expect(source["video_frames_written"] == 25 && source["dropped_bytes"] == 0)
        #expect(source["video_frames_received"] == 25 && found.gap_count == 0)
    }

    struct Described: Decodable {
        let status: String
        let reason: String?
    }

    @Test func `what once kept a recording from coming is no reason any more when it is complete`()
        async throws
    {
        let folder = try await RecordedFolder()
        let growing = try await GrowingRecording("cam", in: folder)
        growing.running.progress.update { $0.lastFailure = "nobody sends yet" }
        try await growing.record(pictures: 25)
        await growing.leave()
        let answer = try await folder.get("/api/v1/recordings/cam")
        let found = try decodeJSON(Described.self, from: answer.octets)
        #expect(found.status == "completed" && found.reason == nil, "\(answer.text)")
    }

    @Test func `encoders are not here, and the answer says what is`() async throws {
        let folder = try await RecordedFolder()
        try folder.record("cam_20260101_000000.ts", .mpegts)
        for (method, path) in [
            (.post, "transcode"), (.get, "transcode"), (.get, "progress"), (.get, "abr/quality"),
            (.put, "abr/quality"), (.get, "abr/stats"), (.get, "abr/metrics"),
        ] as [(HTTPMethod, String)] {
            let answer = try await folder.ask(method, "/api/v1/recordings/cam/" + path)
            #expect(answer.status == 501, "\(path)")
            #expect(answer.detail.contains("cam") && answer.detail.contains("/export"))
            let absent = try await folder.ask(method, "/api/v1/recordings/none/" + path)
            #expect(absent.status == 404)
        }
        #expect(try await folder.get("/api/v1/recordings/none/analytics").status == 404)
        for (method, path) in [(.post, "/start"), (.get, "/active"), (.get, "/stream/x")]
            as [(HTTPMethod, String)]
        {
            let answer = try await folder.ask(method, "/api/live-sessions" + path)
            #expect(answer.status == 501 && answer.detail.contains("/api/recording/start"))
        }
    }
}
