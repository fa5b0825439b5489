import Codecs
import Testing
import Timing

@testable import Recording
@testable import SFU

/// A recording of one peer of a room, whoever else sends there.
@Suite(.timeLimit(.minutes(1))) struct RoomPeerTests {
    @Test func `he is recorded, and not the first who sends`() {
        let room = PipedRoom()
        room.record(1, of: "bob")
        room.record(2)
        room.open()
        room.announce(1, .vp8)
        room.announce(3, .vp8, of: "bob", order: 1)
        room.write(.announced, 10)
        room.turn()
        #expect(Set(room.wishes()) == ["producerWanted 1", "producerWanted 3"])
        room.pictures(0..<10, of: 3)
        #expect(room.news() == ["1 began"])
        room.pictures(0..<10, of: 1)
        #expect(room.news() == ["2 began"])
    }

    @Test func `others who send are nobody to him: he is awaited, and told of once`() {
        let room = PipedRoom()
        room.record(1, of: "bob")
        room.openWithAlice()
        #expect(room.wishes() == [] && room.news() == ["1 interrupted"])
        #expect(room.reasons == ["bob does not send in the room yet"])
        room.announce(4, .vp8, of: "carol", order: 1)
        room.write(.announced, 10)
        room.recorder.noteAbsence(1)
        room.turn()
        #expect(room.news() == [], "it has been told")
        room.announce(3, .vp8, of: "bob", order: 2)
        room.write(.announced, 10)
        room.turn()
        room.pictures(0..<10, of: 3)
        #expect(room.news() == ["1 began"])
        room.write(.producerClosed, 3)
        room.turn()
        #expect(room.news() == ["1 finished", "1 interrupted"])
        #expect(room.reasons.last == "bob does not send in the room any more")
        #expect(room.wishes().last == "producerWanted 3", "Alice is wanted by nobody")
    }

    @Test func `an empty room has none of its peers`() {
        let room = PipedRoom()
        room.record(1, of: "bob")
        #expect(room.news() == [], "nothing is known of the room")
        room.recorder.noteAbsence(1)
        room.turn()
        #expect(room.reasons == ["bob does not send in the room yet"])
    }

    @Test func `a request's peer reaches the loop, and is another place than the room`()
        async throws
    {
        let server = try RoomServer()
        let recordings = try Recordings(
            in: .init("/r", on: ModelDisk()), rooms: server.feed, clock: { 0 },
            report: { _, _ in })
        for (name, peer) in [("one", nil), ("two", "alice"), ("three", "bob")] {
            var request = RecordingRequest(name, source: "room:demo")
            (request.room, request.peer, request.format) = ("demo", peer, "webm")
            try await recordings.start(request)
            request.name = "again"
            await #expect(throws: RecordingError.alreadyRecorded(as: name)) {
                try await recordings.start(request)
            }
        }
        server.openRoom("demo", on: 0)
        for name in ["one", "two"] {
            let recording = try #require(await recordings.entries[name]).recording
            let found = await recording.progress.next(within: .seconds(20)) {
                $0.disk.writtenBytes > 0
            }
            #expect(found.state == .recording, "\(name)")
        }
        let third = try #require(await recordings.entries["three"]).recording
        let absent = await third.progress.next(within: .seconds(20)) { $0.lastFailure != nil }
        #expect(absent.lastFailure == "bob does not send in the room yet")
        #expect(absent.disk.writtenBytes == 0 && absent.source.expectedSince == nil)
        await recordings.stopAll()
        await server.stop()
    }
}
