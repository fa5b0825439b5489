import Muxer
import Testing
import Web

@testable import Recording
@testable import RecordingAPI

/// Recordings that the process itself was told of: stopped by the API, they are begun again by their names.
@Suite(.timeLimit(.minutes(1))) struct KnownStartTests {
    private static func start(_ body: String, in folder: RecordedFolder) async throws -> Answer {
        try await folder.ask(
            .post, "/api/recording/start", #"{"mint_id": "cam", "wait_seconds": 0\#(body)}"#)
    }

    /// A camera of a list, with all that its entry says.
    private static func listed(_ source: String) -> RecordingRequest {
        var request = RecordingRequest("cam", source: source)
        (request.bearer, request.verifiesTLS) = ("t0k3n", true)
        request.options = RecordingOptions(container: .mp4)
        return request
    }

    @Test
    func `one that was stopped is begun again by its name, from its own source and as it was`()
        async throws
    {
        let folder = try await RecordedFolder()
        await folder.recordings.know([Self.listed("http://127.0.0.1:1/whep")])
        for _ in 0..<2 {
            let answer = try await Self.start("", in: folder)
            #expect(answer.status == 202, "\(answer.text)")
            let order = try #require(await folder.recordings.entries["cam"]).order
            #expect(order.source == "http://127.0.0.1:1/whep" && order.request.bearer == "t0k3n")
            #expect(order.request.verifiesTLS == true && order.options.container == .mp4)
            #expect(!answer.text.contains("t0k3n"))
            let again = try await Self.start("", in: folder)
            #expect(again.status == 409)
            let stop = #"{"mint_id": "cam"}"#
            #expect(try await folder.ask(.post, "/api/recording/stop", stop).status == 200)
        }
    }

    struct Started: Decodable {
        let recording_id: String
        let warnings: [String]
    }

    static let servers: [String?] = [nil, "http://127.0.0.1:2"]

    /// Its name is the camera's, also where a server's rooms could be asked for one of that name.
    @Test(arguments: servers)
    func `stopped over v1, it is begun again over v1 by its name alone`(
        rooms: String?
    ) async throws {
        let folder = try await RecordedFolder(rooms: rooms)
        var camera = Self.listed("http://127.0.0.1:1/whep")
        camera.name = "front_door"
        await folder.recordings.know([camera])
        let (path, body) = (
            "/api/v1/recordings/start", #"{"room_id": "front_door", "wait_seconds": 0}"#
        )
        for _ in 0..<2 {
            let answer = try await folder.ask(.post, path, body)
            #expect(answer.status == 202, "\(answer.text)")
            let started = try decodeJSON(Started.self, from: answer.octets)
            #expect(started.recording_id == "front_door" && started.warnings == [])
            let order = try #require(await folder.recordings.entries["front_door"]).order
            #expect(order.source == camera.source && order.request.bearer == "t0k3n")
            #expect(order.options.container == .mp4 && order.request.isPatient)
            #expect(try await folder.ask(.post, path, body).status == 409)
            let stop = "/api/v1/recordings/front_door/stop"
            #expect(try await folder.ask(.post, stop).status == 200)
        }
    }

    @Test func `over v1 a source, or whom of a room, says that something else is meant`()
        async throws
    {
        let folder = try await RecordedFolder(rooms: "http://127.0.0.1:2")
        await folder.recordings.know([Self.listed("http://127.0.0.1:1/whep")])
        for more in [#""source": "http://127.0.0.1:3/whep""#, #""from": "alice""#] {
            let answer = try await folder.ask(
                .post, "/api/v1/recordings/start",
                #"{"room_id": "cam", "wait_seconds": 0, \#(more)}"#)
            #expect(answer.status == 202, "\(answer.text)")
        }
        let orders = await folder.recordings.entries.values.map(\.order)
        #expect(orders.count == 2 && orders.allSatisfy { $0.name.hasPrefix("cam-") })
        #expect(orders.allSatisfy { $0.request.bearer == nil })
        await folder.recordings.stopAll()
    }

    @Test(arguments: StartKeysTests.starts)
    func `a token for one that is sent none is passed over, and the answer says so`(
        start: StartKeysTests.Start
    ) async throws {
        let folder = try await RecordedFolder()
        await folder.recordings.know([Self.listed("rtsp://127.0.0.1:1/live")])
        let body = #"{"\#(start.key)": "cam", "wait_seconds": 0, "bearer": "s3cret"}"#
        let answer = try await folder.ask(.post, start.path, body)
        #expect(answer.status == 202 && answer.text.contains("bearer is passed over"))
        #expect(!answer.text.contains("s3cret"))
        await folder.recordings.stopAll()
    }

    @Test func `an SDP file that the list names is taken, and waited for`() async throws {
        let folder = try await RecordedFolder()
        await folder.recordings.know([Self.listed("/nowhere/session.sdp")])
        let answer = try await Self.start(#", "format": "webm""#, in: folder)
        #expect(answer.status == 202 && answer.text.contains("no such file"), "\(answer.text)")
        let order = try #require(await folder.recordings.entries["cam"]).order
        #expect(order.options.container == .webm, "what a start says counts")
        await folder.recordings.stopAll()
    }

    /// A token is for the source that it was given with.
    @Test func `a source that a start names counts, and gets nothing of what the list says`()
        async throws
    {
        let folder = try await RecordedFolder()
        await folder.recordings.know([Self.listed("http://127.0.0.1:1/whep")])
        let answer = try await Self.start(#", "source": "http://127.0.0.1:2/whep""#, in: folder)
        #expect(answer.status == 202)
        let order = try #require(await folder.recordings.entries["cam"]).order
        #expect(order.source == "http://127.0.0.1:2/whep" && order.request.bearer == nil)
        #expect(order.options.container == .mpegts)
        await folder.recordings.stopAll()
        let local = try await Self.start(#", "source": "/nowhere/session.sdp""#, in: folder)
        #expect(local.status == 400, "also where the list has that very one")
    }

    @Test func `a name that nobody has told needs a source`() async throws {
        let folder = try await RecordedFolder()
        let answer = try await Self.start("", in: folder)
        #expect(answer.status == 400 && answer.detail.hasPrefix("cam: No active stream found"))
    }
}
