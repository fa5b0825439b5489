import Testing
import Web

/// Keys of a query that mean nothing.
@Suite struct UnknownKeyTests {
    struct Call: CustomTestStringConvertible {
        var method = HTTPMethod.get
        let path: String
        let key: String
        /// What the call takes, as it says it.
        let known: String

        var testDescription: String { "\(method.name) \(path)" }
    }

    private static let base = "/api/v1/recordings/cam"
    static let calls = [
        Call(path: "/api/v1/recordings?form=1", key: "form", known: "limit, offset, room_id"),
        Call(path: base + "/export?form=1&to=2", key: "form", known: "from, to, file"),
        Call(path: base + "/thumbnail?att=1", key: "att", known: "at, file, v"),
        Call(path: base + "/download?fille=cam_20260101_000000.ts", key: "fille", known: "file"),
        Call(path: base + "?permanent=true", key: "permanent", known: "no keys"),
        Call(path: base + "/info?x", key: "x", known: "no keys"),
        Call(path: base + "/analytics?from=1", key: "from", known: "no keys"),
        Call(path: base + "/download-url?expires=60", key: "expires", known: "expires_in"),
        Call(
            method: .delete, path: base + "?permanant=false", key: "permanant", known: "permanent"),
        Call(method: .post, path: base + "/stop?wait=1", key: "wait", known: "no keys"),
        Call(
            method: .post, path: "/api/v1/recordings/start?room_id=r", key: "room_id",
            known: "no keys"),
        Call(method: .post, path: "/api/recording/start?source=x", key: "source", known: "no keys"),
        Call(
            method: .post, path: "/api/recording/stop?mint_id=cam", key: "mint_id", known: "no keys"
        ),
        Call(path: "/api/recording/status/cam?full=1", key: "full", known: "no keys"),
        Call(path: "/api/recording/active?limit=1", key: "limit", known: "no keys"),
    ]

    @Test(arguments: calls) func `are refused, and those that mean something are named`(
        call: Call
    ) async throws {
        let folder = try await RecordedFolder()
        try folder.record("cam_20260101_000000.ts", .mpegts)
        let answer = try await folder.ask(call.method, call.path, #"{"mint_id": "cam"}"#)
        #expect(answer.status == 400)
        #expect(answer.detail.hasPrefix(call.key + " is not known here: this call takes "))
        #expect(answer.detail.contains(call.known), "\(answer.detail)")
        #expect(try await folder.get(Self.base).status == 200, "nothing has become of it")
    }

    @Test(arguments: [
        base + "/export?from=0&to=1&token=t", base + "/thumbnail?v=7&at=1", base + "?token=t",
        base + "/download-url?expires_in=60&token=t",
        base + "/download?file=cam_20260101_000000.webm&token=t",
        "/api/v1/recordings?limit=1&offset=0&room_id=r",
    ]) func `those that are known, and a host's token, are taken`(path: String) async throws {
        let folder = try await RecordedFolder()
        try folder.record(
            "cam_20260101_000000.webm", .webm, .vp8(nil), key: RecordedFolder.vp8)
        #expect(try await folder.get(path).status == 200)
    }

    /// As jQuery writes it with `cache: false`.
    @Test(arguments: [
        "/api/recording/status/cam", "/api/recording/active", "/api/recording/formats",
        "/api/v1/recordings", base, base + "/analytics", base + "/download",
    ]) func `a script's word against caches is passed over`(path: String) async throws {
        let folder = try await RecordedFolder()
        try folder.record("cam_20260101_000000.ts", .mpegts)
        #expect(try await folder.get(path + "?_=1732270000").status == 200)
    }

    @Test(arguments: ["/api/recording/nothing", "/api/v1/recordings/cam/nothing"])
    func `are not what is wrong where there is nothing`(path: String) async throws {
        let folder = try await RecordedFolder()
        #expect(try await folder.get(path + "?x=1").status == 404)
    }

    @Test(arguments: ["/api/recording/start", "/api/recording/stop", base + "/stop"])
    func `are not what is wrong where it is the method`(path: String) async throws {
        let folder = try await RecordedFolder()
        #expect(try await folder.get(path + "?x=1").status == 405)
    }

    /// RFC 8216bis §6.2.5: a server ignores delivery directives that it does not know.
    @Test(arguments: [
        "/hls/cam/index.m3u8?_HLS_new=1&_HLS_skip=YES", "/hls/cam/index.m3u8?_=1732270000",
        "/recordings/cam_20260101_000000.ts?_=1",
        base + "/stream/ts.m3u8?_HLS_new=1", base + "/stream/cam_20260101_000000.ts?x",
    ]) func `are passed over where players ask`(path: String) async throws {
        let folder = try await RecordedFolder()
        try folder.record("cam_20260101_000000.ts", .mpegts)
        #expect(try await folder.get(path).status == 200)
    }
}
