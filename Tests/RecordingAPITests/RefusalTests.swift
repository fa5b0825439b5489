import Muxer
import Testing
import Web

/// What callers are told when something cannot be done.
@Suite struct RefusalTests {
    struct Call: CustomTestStringConvertible {
        var method = HTTPMethod.post
        var path = "/api/recording/start"
        var body = ""
        let status: Int
        /// What the sentence must name.
        let names: String

        var testDescription: String { "\(method.name) \(path) \(body)" }
    }

    static let calls = [
        Call(body: "{", status: 400, names: "JSON"),
        Call(body: "{}", status: 400, names: "mint_id"),
        Call(body: #"{"mint_id": "cam"}"#, status: 400, names: "cam: No active stream found"),
        Call(body: #"{"mint_id": "a/b", "source": "rtsp://h/s"}"#, status: 400, names: "a/b"),
        Call(body: #"{"mint_id": "Tür", "source": "rtsp://h/s"}"#, status: 400, names: "Tür"),
        Call(body: #"{"mint_id": "cam", "source": "ftp://h/s"}"#, status: 400, names: "rtsp://"),
        Call(body: #"{"mint_id": "cam", "source": "rtsp://"}"#, status: 400, names: "cam"),
        Call(
            body: #"{"mint_id": "cam", "source": "rtsp://h/s", "wait_seconds": 99}"#, status: 400,
            names: "wait_seconds"),
        Call(path: "/api/recording/stop", body: #"{"mint_id": "cam"}"#, status: 404, names: "cam"),
        Call(method: .get, path: "/api/recording/status/cam", status: 404, names: "cam"),
        Call(method: .get, status: 405, names: "POST"),
        Call(path: "/api/recording/formats", status: 405, names: "GET"),
        Call(path: "/api/recording/nothing", status: 404, names: "nothing"),
        Call(
            path: "/api/v1/recordings/start", body: #"{"room_id": "r"}"#, status: 400,
            names: "--rooms"),
        Call(path: "/api/v1/recordings/x/stop", status: 404, names: "x"),
        Call(path: "/api/v1/recordings/x", status: 405, names: "DELETE"),
        Call(method: .delete, path: "/api/v1/recordings/x", status: 404, names: "recording x"),
        Call(method: .get, path: "/api/v1/recordings/x", status: 404, names: "recording x"),
        Call(
            method: .get, path: "/api/v1/recordings/x/download", status: 404, names: "recording x"),
        Call(
            method: .get, path: "/api/v1/recordings/x/thumbnail", status: 404, names: "recording x"),
        Call(method: .get, path: "/api/v1/recordings/x/export", status: 404, names: "recording x"),
        Call(
            method: .get, path: "/api/v1/recordings/x/stream/playlist.m3u8", status: 404,
            names: "recording x"),
        Call(method: .get, path: "/api/v1/recordings?limit=many", status: 400, names: "limit"),
        Call(method: .get, path: "/hls/x/index.m3u8", status: 404, names: "recording x"),
        Call(method: .get, path: "/recordings/x_20260101_000000.ts", status: 404, names: "x_2026"),
        Call(path: "/health", status: 405, names: "GET"),
        Call(method: .get, path: "/nowhere", status: 404, names: "nothing"),
    ]

    @Test(arguments: calls) func `a mistake is the caller's, and is named`(call: Call) async throws
    {
        let folder = try await RecordedFolder()
        let answer = try await folder.ask(call.method, call.path, call.body)
        #expect(answer.status == call.status)
        #expect(answer.detail.contains(call.names), "\(answer.text)")
        #expect(answer.headers["content-type"] == "application/json")
    }

    @Test func `a page of another site may change nothing`() async throws {
        let folder = try await RecordedFolder()
        let answer = try await folder.ask(
            .delete, "/api/v1/recordings/x",
            headers: [.origin: "http://evil.example", .host: "127.0.0.1:8000"])
        #expect(answer.status == 403)
    }

    struct Formats: Decodable {
        struct Format: Decodable { let video_codec: String }
        let formats: [String: Format]
    }

    @Test func `every container that can be asked for is among the formats`() async throws {
        let answer = try await RecordedFolder().get("/api/recording/formats")
        let formats = try decodeJSON(Formats.self, from: answer.octets).formats
        #expect(Set(formats.keys) == Set(Container.allCases.map(\.rawValue)))
    }
}
