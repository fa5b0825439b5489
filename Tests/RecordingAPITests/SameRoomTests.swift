import Testing
import Web

@testable import Recording
@testable import RecordingAPI

/// A room is recorded once at a time; and what cannot be reached yet is tried.
@Suite(.timeLimit(.minutes(1))) struct SameRoomTests {
    struct Started: Decodable {
        let recording_id: String
        let status: String?
        let detail: String?
    }

    private static let path = "/api/v1/recordings/start"

    private static func start(
        _ room: String, _ more: String = "", in folder: RecordedFolder
    ) async throws -> (status: Int, body: Started) {
        let body = #"{"room_id": "\#(room)", "wait_seconds": 0\#(more)}"#
        let answer = try await folder.ask(.post, path, body)
        return (answer.status, try decodeJSON(Started.self, from: answer.octets))
    }

    @Test func `a second start of a room names the recording that runs`() async throws {
        // Nobody listens there: recordings wait for it.
        let folder = try await RecordedFolder(rooms: "http://127.0.0.1:1")
        let first = try await Self.start("demo", in: folder)
        #expect(first.status == 202 && first.body.status == "pending")
        let again = try await Self.start("demo", in: folder)
        #expect(again.status == 409 && again.body.recording_id == first.body.recording_id)
        #expect(
            again.body.detail == "demo: It is being recorded already, as "
                + first.body.recording_id)
        #expect(try await Self.start("lobby", in: folder).status == 202)
        let camera = #", "source": "rtsp://127.0.0.1:1/live""#
        #expect(try await Self.start("demo", camera, in: folder).status == 202, "something else")
        #expect(try await Self.start("demo", camera, in: folder).status == 409)

        let stop = "/api/v1/recordings/\(first.body.recording_id)/stop"
        #expect(try await folder.ask(.post, stop).status == 200)
        #expect(try await Self.start("demo", in: folder).status == 202, "it runs no more")
        await folder.recordings.stopAll()
    }

    @Test func `one that can never be recorded is in nobody's way`() async throws {
        let folder = try await RecordedFolder(rooms: "http://127.0.0.1:1")
        let first = try await Self.start("demo", in: folder)
        let entry = try #require(await folder.recordings.entries[first.body.recording_id])
        entry.recording.take(.interrupted(reason: "no container holds it", isFinal: true))
        #expect(try await Self.start("demo", in: folder).status == 202)
        await folder.recordings.stopAll()
    }

    @Test func `of two starts at once one is refused`() async throws {
        let folder = try await RecordedFolder(rooms: "http://127.0.0.1:1")
        async let first = Self.start("demo", in: folder)
        async let second = Self.start("demo", in: folder)
        let statuses = [try await first.status, try await second.status]
        #expect(statuses.sorted() == [202, 409])
        #expect(await folder.recordings.active().count == 1)
        await folder.recordings.stopAll()
    }

    @Test func `a name that runs is 409 in the other family, and named`() async throws {
        let folder = try await RecordedFolder()
        let body =
            #"{"mint_id": "cam", "source": "http://127.0.0.1:1/whep", "wait_seconds": 0}"#
        let path = "/api/recording/start"
        #expect(try await folder.ask(.post, path, body).status == 202)
        let again = try await folder.ask(.post, path, body)
        #expect(again.status == 409 && again.detail == "cam: Recording already active")
        await folder.recordings.stopAll()
    }

    static let unreachable = [
        "rtsp://127.0.0.1:1/live", "http://127.0.0.1:1/rooms/demo/whep",
        "https://127.0.0.1:1/whep", "http://name.invalid/whep",
    ]

    /// One rule for all sources that are asked for over the network.
    @Test(arguments: unreachable)
    func `a source that is not there is waited for, and the answer is not held up`(
        source: String
    ) async throws {
        let folder = try await RecordedFolder()
        for (path, key) in [("/api/recording/start", "mint_id"), (Self.path, "room_id")] {
            let body = #"{"\#(key)": "cam", "source": "\#(source)", "wait_seconds": 0}"#
            let answer = try await folder.ask(.post, path, body)
            #expect(answer.status == 202, "\(answer.text)")
        }
        #expect(await folder.recordings.active().count == 2)
        await folder.recordings.stopAll()
    }

    static let malformed = [
        "rtsp://", "rtsp:/live", "http://", "http:/demo", "http://host:99999/whep",
        "https://a b/whep", "http://[::1/whep",
    ]

    @Test(arguments: malformed)
    func `what is wrong with the source itself is the caller's mistake`(source: String) async throws
    {
        let folder = try await RecordedFolder()
        for (path, key) in [("/api/recording/start", "mint_id"), (Self.path, "room_id")] {
            let body = #"{"\#(key)": "cam", "source": "\#(source)", "wait_seconds": 0}"#
            let answer = try await folder.ask(.post, path, body)
            #expect(answer.status == 400 && answer.detail.hasPrefix("cam: the source's URL"))
        }
        #expect(await folder.recordings.active().isEmpty)
    }

    static let names = ["../x", "..", ".", "a/../b", "a/./b", "x/..", "", "a\\u0000b", "a\\nb"]

    static let servers: [String?] = [nil, "http://127.0.0.1:1"]

    @Test(arguments: names, servers)
    func `a room that nobody could ask for by its name is refused, and named`(
        name: String, rooms: String?
    ) async throws {
        let folder = try await RecordedFolder(rooms: rooms)
        let source = rooms == nil ? #", "source": "rtsp://127.0.0.1:1/live""# : ""
        let answer = try await folder.ask(.post, Self.path, #"{"room_id": "\#(name)"\#(source)}"#)
        #expect(answer.status == 400 && answer.detail.hasPrefix("room_id \""), "\(answer.text)")
        #expect(answer.detail.contains("a room's name"))
        #expect(await folder.recordings.active().isEmpty)
    }
}
