import Muxer
import Testing
import Timing

@testable import Recording
@testable import SFU

/// Recordings of rooms on their loop: for how long rooms are observed, and what becomes of a recording
/// whose room's loop ends.
@Suite(.timeLimit(.minutes(1))) struct RoomLoopTests {
    private static func recordings(
        of server: RoomServer, on disk: ModelDisk = ModelDisk()
    ) throws -> Recordings {
        try Recordings(
            in: .init("/r", on: disk), rooms: server.feed, clock: { 0 },
            report: { _, _ in })
    }

    @Test func `a room is observed from its first recording to the end of its last`() async throws {
        let server = try RoomServer()
        let recordings = try Self.recordings(of: server)
        try await recordings.start("one", source: "room:demo")
        try await recordings.start("two", source: "room:demo")
        try await recordings.start("other", source: "room:lobby")
        #expect(server.asked() == ["observe demo", "observe demo", "observe lobby"])
        _ = try await recordings.stop("one")
        #expect(server.asked() == [], "the second goes on")
        _ = try await recordings.stop("two")
        #expect(server.asked() == ["leave demo"])
        try await recordings.start("two", source: "room:demo")
        #expect(server.asked() == ["observe demo"])
        await recordings.stopAll()
        #expect(server.asked().sorted() == ["leave demo", "leave lobby"])
        await server.stop()
    }

    @Test func `a recording that is refused takes nothing from the others of its room`()
        async throws
    {
        let server = try RoomServer()
        let recordings = try Self.recordings(of: server)
        try await recordings.start("one", source: "room:demo")
        server.refuse(.busy)
        await #expect(throws: RecordingError.self) {
            try await recordings.start("two", source: "room:demo")
        }
        #expect(server.asked() == ["observe demo", "observe demo"], "the first is still observed")
        server.refuse(.malformedName("a/b"))
        await #expect(throws: RecordingError.malformedRoom("a/b")) {
            try await recordings.start("three", source: "room:a/b")
        }
        #expect(await recordings.active().map(\.name) == ["one"])
        _ = server.asked()
        await recordings.stopAll()
        #expect(server.asked() == ["leave demo"])
        await server.stop()
    }

    @Test func `a recording that ends twice counts once`() async throws {
        let server = try RoomServer()
        let loop = try RoomLoop(server.feed)
        let recordings = try Self.recordings(of: server)
        var ids: [Int] = []
        for name in ["one", "two"] {
            let order = await recordings.order(name, "room:demo")
            ids.append(try await loop.add(order, of: "demo"))
        }
        _ = server.asked()
        await loop.remove(ids[0])
        await loop.remove(ids[0])
        #expect(server.asked() == [], "the second is still there")
        await loop.remove(ids[1])
        #expect(server.asked() == ["leave demo"])
        await loop.stop()
        await recordings.stopAll()
        await server.stop()
    }

    @Test func `what is stopped while its room is being asked for does not come back`() async throws
    {
        let server = try RoomServer()
        let recordings = try Self.recordings(of: server)
        let held = server.hold()
        try await recordings.expect([RecordingRequest("cam", source: "room:demo")])
        async let begun: Void = recordings.beginExpected()
        await held.isAsked()
        _ = try await recordings.stop("cam")
        held.release()
        try await begun
        #expect(await recordings.active().isEmpty)
        #expect(await recordings.isFree("cam"))
        #expect(server.asked() == ["observe demo", "leave demo"])
        await recordings.stopAll()
        await server.stop()
    }

    @Test func `what is about to begin when all are ended does not, and what comes later does`()
        async throws
    {
        let server = try RoomServer()
        let recordings = try Self.recordings(of: server)
        let held = server.hold()
        let start = Task { try await recordings.start("cam", source: "room:demo") }
        await held.isAsked()
        await recordings.stopAll()
        held.release()
        await #expect(throws: RecordingError.system("it was stopped meanwhile")) {
            try await start.value
        }
        #expect(await recordings.active().isEmpty)
        #expect(await recordings.isFree("cam"))
        #expect(server.asked() == ["observe demo", "leave demo"])

        // In each of these lives something goes through the pipes.
        for life in 0..<3 {
            try await recordings.start("cam", source: "room:demo", format: "webm")
            let recording = try #require(await recordings.entries["cam"]).recording
            server.openRoom("demo", on: 0)
            let begun = await recording.progress.next(within: .seconds(20)) {
                $0.disk.written.videoFrames >= 25
            }
            #expect(begun.disk.written.videoFrames == 25 && begun.state == .recording, "\(life)")
            await recordings.stopAll()
            #expect(server.asked() == ["observe demo", "leave demo"])
        }
        await server.stop()
    }

    @Test
    func `a room whose loop ends leaves a whole file, and goes on in another on another loop`()
        async throws
    {
        let (server, disk) = (try RoomServer(), ModelDisk())
        let recordings = try Self.recordings(of: server, on: disk)
        try await recordings.start("cam", source: "room:demo", format: "webm")
        let recording = try #require(await recordings.entries["cam"]).recording
        server.openRoom("demo", on: 0)
        let begun = await recording.progress.next(within: .seconds(20)) { $0.disk.writtenBytes > 0 }
        #expect(begun.state == .recording && begun.files.count == 1)
        let first = try #require(recording.live)

        await server.end(0)
        let ended = await recording.progress.next(within: .seconds(20)) { $0.state == .waiting }
        #expect(ended.lastFailure == "nobody sends in the room any more")
        #expect(await first.next(after: .max, within: .seconds(20)).isFinished)
        #expect(await recordings.isWriting("cam"), "it waits for the room")

        server.openRoom("demo", on: 1)
        let back = await recording.progress.next(within: .seconds(20)) {
            $0.files.count == 2 && $0.state == .recording
        }
        #expect(back.files.count == 2 && back.source.interruptionCount == 1)
        let status = try await recordings.stop("cam")
        #expect(status.progress.total.videoFrames == 50, "of each loop all twenty-five")
        let files = disk.names.filter { $0.hasSuffix(".webm") }
        #expect(files.count == 2)
        for file in files {
            let index = try #require(disk.bytes(file + ".index"))
            #expect(index.suffix(ClosingMark.bytes.count) == ClosingMark.bytes[...], "\(file)")
        }
        await recordings.stopAll()
        await server.stop()
    }
}
