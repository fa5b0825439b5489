import Muxer
import Testing
import Web

@testable import Recording
@testable import RecordingAPI

/// Addresses that are handed out: with the token that came in one, and what a call is about by its own.
@Suite struct AddressTests {
    /// Every address in a playlist.
    static func addresses(_ playlist: String) -> [String] {
        playlist.split(separator: "\n").compactMap { (line: Substring) -> String? in
            guard line.hasPrefix("#") else { return String(line) }
            guard let found = line.firstRange(of: "URI=\"") else { return nil }
            return String(line[found.upperBound...].prefix { $0 != "\"" })
        }
    }

    @Test(arguments: [Container.mpegts, .fmp4, .mp4, .webm])
    func `every address in a playlist has the token that the playlist was asked for with`(
        container: Container
    ) async throws {
        let folder = try await RecordedFolder()
        let growing = try await GrowingRecording("cam", in: folder, container)
        try await growing.record(pictures: 45)
        for end in [false, true] {
            if end { await growing.leave() }
            let plain = try await folder.get("/hls/cam/index.m3u8")
            let answer = try await folder.get("/hls/cam/index.m3u8?token=a.B-9_z.c")
            let found = Self.addresses(answer.text)
            #expect(found.count == Self.addresses(plain.text).count && found.count > 2)
            #expect(found.allSatisfy { $0.hasSuffix("?token=a.B-9_z.c") }, "\(answer.text)")
            #expect(!plain.text.contains("token"))
            #expect(answer.text.split(separator: "?token=a.B-9_z.c").joined() == plain.text)
            #expect(answer.headers["cache-control"] == "private, no-cache")
        }
    }

    @Test(arguments: ["", "a b", "a\"", "a\n#EXT-X-ENDLIST", "ä", "a?b", "a/b", "a%22"])
    func `what is no token is left out`(token: String) async throws {
        let folder = try await RecordedFolder()
        try folder.record("cam_20260101_000000.ts", .mpegts)
        let answer = try await folder.get("/hls/cam/index.m3u8?token=\(token)")
        let plain = try await folder.get("/hls/cam/index.m3u8")
        #expect(answer.text == plain.text && answer.status == 200)
    }

    struct Addresses: Decodable {
        let url: String
        let files: [String]
        let playlist_url: String
        let thumbnail_url: String
    }

    @Test func `whoever asks where a recording is downloaded is told with the token`() async throws
    {
        let folder = try await RecordedFolder()
        try folder.record("cam_20260101_000000.ts", .mpegts)
        let answer = try await folder.get("/api/v1/recordings/cam/download-url?token=t")
        let found = try decodeJSON(Addresses.self, from: answer.octets)
        #expect(found.files == ["/recordings/cam_20260101_000000.ts?token=t"])
        #expect(found.playlist_url == "/hls/cam/index.m3u8?token=t")
        for target in [found.url, found.playlist_url] + found.files {
            #expect(try await folder.get(target).status == 200, "\(target)")
        }
        #expect(found.thumbnail_url.hasSuffix("/thumbnail?token=t"))
        let moved = try await folder.get("/api/v1/recordings/cam/stream/playlist.m3u8?token=t")
        #expect(moved.status == 307 && moved.headers["location"] == found.playlist_url)
    }

    struct Call: CustomTestStringConvertible {
        var method = HTTPMethod.get
        let path: String
        var reads: String?
        var testDescription: String { "\(method.name) \(path)" }
    }

    static let calls = [
        Call(path: "/hls/cam/index.m3u8", reads: "cam"),
        Call(path: "/hls/other/cam_20260101_000000.ts/s0.m4s", reads: "cam"),
        Call(path: "/hls/cam/no_file/s0.m4s"), Call(path: "/hls/cam/else.m3u8"),
        Call(path: "/hls/cam"), Call(path: "/hls"),
        Call(path: "/recordings/a_b_20260101_000000_2.mp4", reads: "a_b"),
        Call(path: "/recordings/cam.ts"), Call(path: "/recordings"),
        Call(method: .head, path: "/api/v1/recordings/cam/thumbnail", reads: "cam"),
        Call(path: "/api/v1/recordings/cam/stream/playlist.m3u8", reads: "cam"),
        Call(path: "/api/v1/recordings/cam/stream/cam_20260101_000000.ts", reads: "cam"),
        Call(path: "/api/v1/recordings/cam", reads: "cam"), Call(path: "/api/v1/recordings"),
        Call(method: .delete, path: "/api/v1/recordings/cam"),
        Call(method: .post, path: "/api/v1/recordings/cam/stop"),
        Call(path: "/api/recording/status/cam"), Call(path: "/metrics"), Call(path: "/"),
    ]

    @Test(arguments: calls) func `a call reads the recording that it answers of`(call: Call)
        async throws
    {
        let folder = try await RecordedFolder()
        let request = HTTPRequest(method: call.method, path: call.path)
        #expect(folder.endpoints.recording(readBy: request) == call.reads)
    }

    @Test func `one file's playlist is its recording's, unless a recording has that very name`()
        async throws
    {
        let folder = try await RecordedFolder()
        let stem = "cam_20260101_000000"
        func recording(_ path: String, _ method: HTTPMethod = .get) async -> String? {
            await folder.endpoints.recording(
                ofFileReadBy: HTTPRequest(method: method, path: path))
        }
        let path = "/hls/\(stem)/index.m3u8"
        #expect(await recording(path) == nil, "there is no such file")
        try folder.record(stem + ".ts", .mpegts)
        #expect(await recording(path) == "cam")
        #expect(await recording(path, .delete) == nil)
        for path in ["/hls/cam/index.m3u8", "/hls/\(stem)/x/s0.m4s", "/hls/\(stem)_2/index.m3u8"] {
            #expect(await recording(path) == nil, "\(path)")
        }
        try folder.record(stem + "_20260102_000000.ts", .mpegts)
        #expect(await recording(path) == nil, "its playlist is that recording's")
    }

    @Test func `the name of a recording that has no file yet is no file's`() async throws {
        let folder = try await RecordedFolder()
        let stem = "cam_20260101_000000"
        try folder.record(stem + ".ts", .mpegts)
        let order = await folder.recordings.order(stem, "rtsp://192.0.2.1/live")
        await folder.recordings.add(order, RunningSource {})
        let request = HTTPRequest(method: .get, path: "/hls/\(stem)/index.m3u8")
        #expect(await folder.endpoints.recording(ofFileReadBy: request) == nil)
    }

    @Test func `the page lies where the host wants it, and nothing of it is a recording`()
        async throws
    {
        let folder = try await RecordedFolder()
        let hosted = RecordingEndpoints(folder.recordings, page: "/recordings")
        func ask(_ path: String, _ method: HTTPMethod = .get) -> HTTPRequest {
            HTTPRequest(method: method, path: path)
        }
        for path in ["/recordings/", "/recordings/main.js", "/recordings/token.js"] {
            #expect(hosted.isPage(ask(path)))
            #expect(await hosted.respond(to: ask(path)).status == 200)
            #expect(await hosted.respond(to: ask(path, .post)).status == 405)
        }
        let moved = await hosted.respond(to: ask("/recordings"))
        #expect(hosted.isPage(ask("/recordings")) && moved.status == 308)
        #expect(moved.headers.first { $0.name == "location" }?.value == "/recordings/")
        for path in ["/", "/main.js", "/recordings/cam_20260101_000000.ts", "/hls/cam/index.m3u8"] {
            #expect(!hosted.isPage(ask(path)), "\(path)")
        }
        #expect(folder.endpoints.isPage(ask("/main.js")))
        #expect(!folder.endpoints.isPage(ask("/main.js", .delete)))
    }
}
