import Muxer
import Testing
import Web

@testable import Recording
@testable import RecordingAPI

/// `GET status` of what another process has recorded.
@Suite struct FormerStatusTests {
    struct Found: Decodable {
        struct Track: Decodable { let kind: String }
        struct Flexibility: Decodable { let current_resolution: String? }
        struct Configuration: Decodable { let format: String }

        let mint_id: String
        let state: String
        let reason: String?
        let warnings: [String]
        let start_time: Int?
        let output_path: String?
        let file_size_bytes: Int
        let file_size_mb: Double
        let duration_seconds: Double
        let recording_mode: String
        let is_recording: Bool
        let tracks: [Track]
        let flexibility: Flexibility
        let config: Configuration
    }

    @Test func `it says what the disk knows of it, and null of what files do not tell`()
        async throws
    {
        let folder = try await RecordedFolder()
        let sizes = [
            try folder.record("cam_20260101_000000.ts", .mpegts, from: 5).count,
            try folder.record("cam_20260101_000010.ts", .mpegts, seconds: 6, from: 15).count,
        ]
        let answer = try await folder.get("/api/recording/status/cam")
        #expect(answer.status == 200, "\(answer.text)")
        let found = try decodeJSON(Found.self, from: answer.octets)
        #expect(found.mint_id == "cam" && found.state == "stopped" && !found.is_recording)
        #expect(found.reason == nil && found.warnings.isEmpty)
        #expect(found.file_size_bytes == sizes.reduce(0, +))
        #expect(abs(found.file_size_mb * 1_000_000 - Double(found.file_size_bytes)) < 1)
        #expect(abs(found.duration_seconds - 9) < 0.01 && found.start_time == 1_700_000_005)
        #expect(found.output_path == folder.path + "/cam_20260101_000010.ts")
        #expect(found.recording_mode == "mpegts" && found.config.format == "mpegts")
        #expect(found.tracks.map(\.kind) == ["video"])
        for unknown in ["interruptions", "stalls"] {
            #expect(answer.text.contains("\"\(unknown)\":null"), "\(unknown)")
        }
    }

    struct Counts: Decodable {
        let stats: [String: Double?]
        let metrics: [String: Double?]
        let timestamp_info: [String: Double?]
    }

    /// Clients read `status.stats.dropped_frames` (H-13).
    @Test func `its counts are objects of the same fields as while it ran, all of them null`()
        async throws
    {
        let folder = try await RecordedFolder()
        try folder.record("cam_20260101_000000.ts", .mpegts)
        let path = "/api/recording/status/"
        let former = try decodeJSON(
            Counts.self, from: try await folder.get(path + "cam").octets)
        let order = await folder.recordings.order("yard", "rtsp://192.0.2.1/live")
        await folder.recordings.add(order, RunningSource {})
        let running = try decodeJSON(
            Keys.self, from: try await folder.get(path + "yard").octets)
        for (counts, keys) in [
            (former.stats, running.stats), (former.metrics, running.metrics),
            (former.timestamp_info, running.timestamp_info),
        ] {
            #expect(counts.keys.sorted() == keys.names.sorted())
            #expect(counts.values.allSatisfy { $0 == nil })
        }
        await folder.recordings.stopAll()
    }

    /// What fields there are, whatever is in them.
    struct Keys: Decodable {
        struct Object: Decodable {
            struct Anything: Decodable { init(from decoder: any Decoder) {} }
            let names: [String]
            init(from decoder: any Decoder) throws {
                let fields = try decoder.singleValueContainer().decode([String: Anything].self)
                names = Array(fields.keys)
            }
        }

        let stats: Object
        let metrics: Object
        let timestamp_info: Object
    }

    @Test func `what there is no file of is not there`() async throws {
        let folder = try await RecordedFolder()
        try folder.record("cam_20260101_000000.ts", .mpegts)
        let answer = try await folder.get("/api/recording/status/ca")
        #expect(answer.status == 404 && answer.detail == "ca: No active recording")
    }
}
