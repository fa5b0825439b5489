import Glibc
import Reactor
import Synchronization
import Testing
import Web

@testable import Recording
@testable import RecordingAPI

/// What is kept of what starts say has bounds, and so has how often the disk is asked for it.
@Suite(.timeLimit(.minutes(1))) struct TitleBoundsTests {
    private static let refusal = SystemError(call: "pthread_create", code: EAGAIN)

    /// A catalog that reads until `isRefused` says otherwise.
    private static func catalog(
        of folder: RecordedFolder, isRefused: @escaping @Sendable () -> Bool
    ) -> RecordingCatalog {
        let reading = WorkQueue(name: "reading", limit: 8) { name, body throws(SystemError) in
            guard !isRefused() else { throw refusal }
            try startThread(name: name, body)
        }
        return RecordingCatalog(folder.recordings, reading: reading)
    }

    /// It answers no more.
    private final class Gone: Sendable {
        let value = Atomic(false)
    }

    private static func title(_ text: String) throws -> RecordingTitle {
        try decodeJSON(RecordingTitle.self, from: Array(#"{"title": "\#(text)"}"#.utf8))
    }

    @Test func `that nothing was said is not asked of the disk twice`() async throws {
        let folder = try await RecordedFolder()
        let titles = RecordingTitles(catalog: RecordingCatalog(folder.recordings), limit: 2)
        #expect(try await titles.title(of: "a") == nil)
        let note = Array(#"{"title": "behind its back"}"#.utf8)
        try folder.write(note, to: "a.recording.json")
        #expect(try await titles.title(of: "a") == nil, "it is known")
        for name in ["b", "c"] { #expect(try await titles.title(of: name) == nil) }
        #expect(try await titles.title(of: "a")?.title == "behind its back", "it was forgotten")
        try folder.write(note, to: "c.recording.json")
        #expect(try await titles.title(of: "c") == nil, "only the oldest was")
    }

    @Test func `what is said later stands in the place of nothing`() async throws {
        let folder = try await RecordedFolder()
        let titles = RecordingTitles(catalog: RecordingCatalog(folder.recordings))
        #expect(try await titles.title(of: "a") == nil)
        await titles.keep(try Self.title("A"), of: "a", after: nil)
        #expect(try await titles.title(of: "a")?.title == "A")
        try await titles.forget("a")
        #expect(try await titles.title(of: "a") == nil)
    }

    @Test func `whoever deletes a recording leaves no note, though the disk is busy then`()
        async throws
    {
        let folder = try await RecordedFolder()
        let (file, gone) = ("cam_20260101_000000.ts", Gone())
        try folder.record(file, .mpegts)
        let path = folder.path + "/" + file
        let catalog = Self.catalog(of: folder) {
            gone.value.load(ordering: .relaxed) || access(path, F_OK) != 0
        }
        let titles = RecordingTitles(catalog: catalog)
        await titles.keep(try Self.title("Door"), of: "cam", after: nil)
        let answer = try? await Self.delete("cam", titles, catalog, folder)
        #expect(answer?.status == 204)
        #expect(access(folder.path + "/cam.recording.json", F_OK) != 0)
    }

    private static func delete(
        _ name: String, _ titles: RecordingTitles, _ catalog: RecordingCatalog,
        _ folder: RecordedFolder
    ) async throws -> HTTPResponse {
        let history = PlaylistHistory(catalog: catalog, recordings: folder.recordings)
        let endpoints = CatalogEndpoints(
            catalog: catalog, recordings: folder.recordings,
            thumbnails: Thumbnails(cutter: PieceCutter(catalog: catalog)), titles: titles,
            playlists: PlaylistEndpoints(catalog: catalog, history: history), rooms: nil)
        let request = HTTPRequest(method: .delete, path: "/api/v1/recordings/" + name)
        return try await endpoints.respond([name], to: request)
    }

    @Test func `what never came to a file can be deleted once the disk has time`() async throws {
        let folder = try await RecordedFolder()
        let order = await folder.recordings.order("cam", "rtsp://192.0.2.1/live")
        await folder.recordings.add(order, RunningSource {})
        _ = try await folder.recordings.stop("cam")
        let busy = RecordingTitles(
            catalog: RecordingCatalog(
                folder.recordings, reading: WorkQueue(name: "reading", limit: 0)))
        let catalog = RecordingCatalog(folder.recordings)
        func delete(_ titles: RecordingTitles) async throws -> Int {
            try await Self.delete("cam", titles, catalog, folder).status
        }
        await #expect(throws: WorkQueue.Busy.self) { try await delete(busy) }
        #expect(try await delete(RecordingTitles(catalog: catalog)) == 204)
        #expect(try await delete(RecordingTitles(catalog: catalog)) == 404)
    }

    static let starts = [
        ("/api/v1/recordings/start", "room_id", 256), ("/api/v1/recordings/start", "title", 1200),
        ("/api/v1/recordings/start", "description", 8000),
        ("/api/v1/recordings/start", "format", 100),
        ("/api/recording/start", "output_format", 100),
        ("/api/recording/start", "video_quality", 100),
    ]

    @Test(arguments: starts) func `what a start may say has bounds in octets`(
        path: String, field: String, octets: Int
    ) async throws {
        let folder = try await RecordedFolder()
        func ask(_ count: Int) async throws -> Answer {
            // One character of any number of octets.
            let text = "e" + String(repeating: "\u{301}", count: count / 2)
            let fields = ["room_id": "r", "mint_id": "cam", "source": "ftp://192.0.2.1/"]
                .merging([field: text]) { $1 }
            let body = fields.map { #""\#($0)": "\#($1)""# }.joined(separator: ",")
            return try await folder.ask(.post, path, "{" + body + "}")
        }
        let answer = try await ask(octets + 2)
        let name = field == "output_format" ? "format" : field
        #expect(answer.status == 400 && answer.detail.hasPrefix(name + " may"), "\(answer.text)")
        let within = try await ask(octets - 2)
        #expect(!within.detail.contains(" may have"), "\(within.text)")
    }
}
