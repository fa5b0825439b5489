import Testing
import Web

@testable import Recording
@testable import RecordingAPI

/// What a start may say, under the names of both families, and what becomes of the rest.
@Suite(.timeLimit(.minutes(1))) struct StartKeysTests {
    struct Started: Decodable {
        let recording_id: String?
        let format: String?
        let output_format: String?
        let warnings: [String]
    }

    struct Start: Sendable, CustomTestStringConvertible {
        let path: String
        let key: String
        var testDescription: String { path }

        func body(_ more: String) -> String {
            #"{"\#(key)": "cam", "source": "rtsp://127.0.0.1:1/live", "wait_seconds": 0\#(more)}"#
        }
    }

    static let starts = [
        Start(path: "/api/recording/start", key: "mint_id"),
        Start(path: "/api/v1/recordings/start", key: "room_id"),
    ]

    private static func start(
        _ start: Start, _ more: String
    ) async throws -> (format: String?, warnings: [String], note: String) {
        let folder = try await RecordedFolder()
        let answer = try await folder.ask(.post, start.path, start.body(more))
        #expect(answer.status == 202, "\(answer.text)")
        let started = try decodeJSON(Started.self, from: answer.octets)
        let id = started.recording_id ?? "cam"
        let one = try await folder.get("/api/v1/recordings/" + id)
        await folder.recordings.stopAll()
        return (started.format ?? started.output_format, started.warnings, one.text)
    }

    @Test(arguments: starts, ["format", "output_format"])
    func `a container may be asked for under either name`(start: Start, key: String) async throws {
        let found = try await Self.start(start, #", "\#(key)": "fmp4""#)
        #expect(found.format == "fmp4" && found.warnings == [])
        #expect(found.note.contains(#""requested":{"format":"fmp4"}"#), "\(found.note)")
    }

    @Test(arguments: starts)
    func `of two that differ its own counts, and the answer says so`(start: Start) async throws {
        let own = start.key == "mint_id" ? "webm" : "fmp4"
        let found = try await Self.start(start, #", "format": "fmp4", "output_format": "webm""#)
        #expect(found.format == own)
        #expect(found.warnings.count == 1 && found.warnings[0].contains("\(own) counts"))
        let same = try await Self.start(start, #", "format": "mp4", "output_format": "mp4""#)
        #expect(same.format == "mp4" && same.warnings == [])
    }

    /// H-01: an invalid format falls back to `mpegts`.
    @Test(arguments: starts, ["format", "output_format"])
    func `a container that there is not is MPEG-TS, and the answer says so`(
        start: Start, key: String
    ) async throws {
        let found = try await Self.start(start, #", "\#(key)": "avi""#)
        #expect(found.format == "mpegts")
        #expect(found.warnings == ["there is no format avi: MPEG-TS is written"])
    }

    @Test(arguments: starts)
    func `what nobody here knows is named and not kept, what is known is`(start: Start) async throws
    {
        let known =
            #", "title": "T", "description": "D", "bitrate_kbps": 1, "frame_rate": 2"#
            + #", "video_quality": "low""#
        let clean = try await Self.start(start, known)
        #expect(clean.warnings == [])
        for word in [#""title":"T""#, #""description":"D""#, #""video_quality":"low""#] {
            #expect(clean.note.contains(word), "\(clean.note)")
        }
        let one = try await Self.start(start, #", "foo": {"bar": [1]}"#)
        #expect(one.warnings == ["foo is not known here: it is passed over"])
        #expect(!one.note.contains("foo"))
        let keys = (0..<30).map { #", "k\#($0 + 10)\#(String(repeating: "x", count: 99))": 1"# }
        let many = try await Self.start(start, keys.joined())
        let warning = try #require(many.warnings.first)
        #expect(warning.hasPrefix("k10xx") && warning.contains(" and 22 more are not known here"))
        #expect(warning.utf8.count < 500)
    }

    @Test func `a key of the other family is not known either`() async throws {
        let found = try await Self.start(Self.starts[0], #", "room_id": "demo""#)
        #expect(found.warnings == ["room_id is not known here: it is passed over"])
        #expect(found.note.contains(#""room_id":"cam""#), "\(found.note)")
    }
}
