import Glibc
import Reactor
import Synchronization
import Testing
import Web

@testable import Recording
@testable import RecordingAPI

/// What was said of a recording before its last start: it holds of files that are there, and a disk that
/// is busy loses none of it.
@Suite(.timeLimit(.minutes(1))) struct FormerTitleTests {
    private struct One: Decodable { let title: String }

    private static let path = "/api/recording/start"

    private static func body(_ title: String = "") -> String {
        #"{"mint_id": "door", "source": "rtsp://127.0.0.1:1/live", "wait_seconds": 0\#(title)}"#
    }

    private static func listed(_ folder: RecordedFolder) async throws -> String {
        let answer = try await folder.get("/api/v1/recordings/door")
        return try decodeJSON(One.self, from: answer.octets).title
    }

    @Test func `what was said of what nothing came for is forgotten with its next start`()
        async throws
    {
        let folder = try await RecordedFolder()
        let title = #", "title": "A""#
        #expect(try await folder.ask(.post, Self.path, Self.body(title)).status == 202)
        #expect(try await Self.listed(folder) == "A")
        _ = try await folder.recordings.stop("door")
        #expect(try await folder.ask(.post, Self.path, Self.body()).status == 202)
        #expect(try await Self.listed(folder) == "door")
        #expect(try await folder.ask(.post, Self.path, Self.body(title)).status == 409)
        #expect(try await Self.listed(folder) == "door")
        await folder.recordings.stopAll()
    }

    @Test(arguments: [false, true]) func `what was said of files holds as long as they are there`(
        areGone: Bool
    ) async throws {
        let folder = try await RecordedFolder()
        try folder.record("door_20260101_000000.ts", .mpegts)
        try folder.write(Array(#"{"title": "A"}"#.utf8), to: "door.recording.json")
        #expect(try await Self.listed(folder) == "A")
        if areGone { folder.delete("door_20260101_000000.ts") }
        #expect(try await folder.ask(.post, Self.path, Self.body()).status == 202)
        #expect(try await Self.listed(folder) == (areGone ? "door" : "A"))
        let note = access(folder.path + "/door.recording.json", F_OK)
        #expect(note == (areGone ? -1 : 0))
        await folder.recordings.stopAll()
    }

    /// Has its thread once it is to.
    private final class Refusal: Sendable {
        private let isDue: Atomic<Bool>

        init(isDue: Bool) { self.isDue = Atomic(isDue) }

        func comeDue() { isDue.store(true, ordering: .relaxed) }

        /// A catalog whose next reading is refused when this is due, and no other.
        func catalog(of folder: RecordedFolder) -> RecordingCatalog {
            let reading = WorkQueue(name: "reading", limit: 8) { name, body throws(SystemError) in
                if self.isDue.exchange(false, ordering: .relaxed) {
                    throw SystemError(call: "pthread_create", code: EAGAIN)
                }
                try startThread(name: name, body)
            }
            return RecordingCatalog(folder.recordings, reading: reading)
        }
    }

    private static func title(_ folder: RecordedFolder) async throws -> String? {
        try await RecordingTitles(catalog: RecordingCatalog(folder.recordings))
            .title(of: "door")?.title
    }

    @Test func `what cannot be looked up keeps a start from beginning, and from writing`()
        async throws
    {
        let folder = try await RecordedFolder()
        try folder.record("door_20260101_000000.ts", .mpegts)
        try folder.write(Array(#"{"title": "A"}"#.utf8), to: "door.recording.json")
        let catalog = Refusal(isDue: true).catalog(of: folder)
        let endpoints = ControlEndpoints(
            recordings: folder.recordings, catalog: catalog,
            titles: RecordingTitles(catalog: catalog))
        let request = HTTPRequest(
            method: .post, path: Self.path, body: Array(Self.body(#", "title": "B""#).utf8))
        await #expect(throws: WorkQueue.Busy.self) {
            try await endpoints.respond(["start"], to: request)
        }
        #expect(await folder.recordings.active().isEmpty)
        #expect(try await Self.title(folder) == "A")
        await folder.recordings.stopAll()
    }

    @Test func `a refused start deletes no note where the disk is busy`() async throws {
        let folder = try await RecordedFolder()
        try folder.record("door_20260101_000000.ts", .mpegts)
        try folder.write(Array(#"{"title": "A"}"#.utf8), to: "door.recording.json")
        let order = await folder.recordings.order("door", "rtsp://192.0.2.1/live")
        await folder.recordings.add(order, RunningSource {})
        order.recording.take(.interrupted(reason: "no room", isFinal: true))
        let found = try #require(
            await folder.recordings.started("door", within: .seconds(30)))
        let refusal = Refusal(isDue: false)
        let titles = RecordingTitles(catalog: refusal.catalog(of: folder))
        let former = try await titles.title(of: "door")
        refusal.comeDue()
        #expect(await folder.recordings.refusal(found, former: former, titles).status == 502)
        #expect(try await Self.title(folder) == "A")
    }
}
