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
