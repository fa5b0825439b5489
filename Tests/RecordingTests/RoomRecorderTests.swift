import Codecs
import Testing
import Timing
import WebRTC

@testable import Recording
@testable import SFU

/// Rooms of this process recorded: what is wanted of them, when files begin and end.
@Suite struct RoomRecorderTests {
    @Test func `a room is recorded from a key frame on, and nothing else of it is wanted`() {
        let room = PipedRoom()
        room.record(1)
        room.open()
        room.announce(3, .vp8, of: "bob", order: 1)
        room.announce(1, .vp8)
        room.announce(2, .opus)
        #expect(room.wishes() == [], "not before all that came together is known")
        room.write(.announced, 10)
        room.turn()
        #expect(room.wishes() == ["producerWanted 2", "producerWanted 1"])
        room.pictures(1..<5)
        #expect(room.news() == [], "no key frame yet")
        room.pictures(5..<30)
        room.sounds(0..<10)
        #expect(room.news() == ["1 began"])
        #expect(room.wishes() == [], "the key frames that came were enough")
        room.remove(1)
        #expect(room.news() == ["1 finished"])
        let found = room.statistics[1]
        #expect(found?.videoFrames == 25 && found?.audioFrames == 10)
        #expect(found?.receivedVideoFrames == 25, "what precedes the first key frame is none")
        #expect(room.wishes() == ["producerUnwanted 2", "producerUnwanted 1"])
    }

    @Test func `a key frame is asked for where none comes by itself`() {
        let room = PipedRoom()
        room.record(1)
        room.openWithAlice()
        _ = room.wishes()
        room.advance(by: .milliseconds(100))
        #expect(room.wishes() == [])
        room.advance(by: .milliseconds(150))
        #expect(room.wishes() == ["keyframeWanted 1"])
        room.pictures(0..<140, keyframeEvery: 1000)
        #expect(room.wishes() == ["keyframeWanted 1"], "five seconds behind the last one")
        room.pictures(140..<170, keyframeEvery: 1000)
        #expect(room.wishes() == ["keyframeWanted 1"], "and again, for none has come")
    }

    @Test func `a room that is not written asks its publishers for nothing`() {
        let room = PipedRoom()
        room.record(1)
        room.openWithAlice()
        room.pictures(0..<20)
        room.recorder.limit(1, to: .nothing, at: room.now)
        room.turn()
        _ = room.wishes()
        room.pictures(21..<300, keyframeEvery: 1000)  // one is lost, and none comes by itself
        #expect(room.wishes() == [])
        room.recorder.limit(1, to: .everything, at: room.now)
        room.turn()
        #expect(room.wishes() == ["keyframeWanted 1"])
    }

    @Test func `what the pipe has lost costs a key frame, and what comes late costs nothing`() {
        let room = PipedRoom()
        room.record(1)
        room.openWithAlice()
        room.pictures(0..<10, keyframeEvery: 100)
        _ = room.wishes()
        room.pictures(11..<20, keyframeEvery: 100)
        room.pictures(10..<11, keyframeEvery: 100)  // asked for again by its loop
        room.pictures(20..<30, keyframeEvery: 100)
        #expect(room.wishes() == [])
        room.pictures(31..<60, keyframeEvery: 100)
        #expect(room.wishes() == ["keyframeWanted 1"], "after a second's patience")
        room.pictures(60..<62, keyframeEvery: 60)
        #expect(room.news() == ["1 began"], "in the same file")
        room.remove(1)
        #expect(room.statistics[1]?.videoFrames == 32)
    }

    @Test func `pictures from before and live sound begin together by their senders' clocks`() {
        let room = PipedRoom()
        room.record(1)
        room.openWithAlice()
        room.begin(2, ssrc: 8)
        room.report(2, timestamp: 48_000, at: 101)
        room.begin(1, ssrc: 7)
        room.report(1, timestamp: 90_000, at: 101)
        // A second of pictures at once, from wall clock 100 on; then sound of 101 on.
        room.pictures(0..<25, pace: .zero)
        room.sounds(50..<100)
        let found = room.statistics[1]
        #expect(found?.firstVideoTime == .zero && found?.firstAudioTime == .seconds(1))
    }

    @Test func `live sound that is there before the pictures from before begins no time line`() {
        let room = PipedRoom()
        room.record(1)
        room.openWithAlice()
        room.begin(2, ssrc: 8)
        room.report(2, timestamp: 48_000, at: 101)
        room.begin(1, ssrc: 7)
        room.report(1, timestamp: 90_000, at: 101)
        room.sounds(49..<50)
        room.pictures(0..<25, pace: .zero)
        room.sounds(50..<100)
        let found = room.statistics[1]
        #expect(found?.firstVideoTime == .zero && found?.firstAudioTime == .seconds(1))
    }

    @Test func `sound follows the pictures by reports that come later`() {
        let room = PipedRoom()
        room.record(1)
        room.openWithAlice()
        room.pictures(0..<25, pace: .zero)  // a second that came before
        room.sounds(0..<5)
        room.report(1, timestamp: 90_000, at: 101)
        room.report(2, timestamp: 0, at: 101)
        room.sounds(5..<10)
        room.pictures(25..<50)
        room.remove(1)
        #expect(room.statistics[1]?.correctedTimes == 0)
        #expect(room.statistics[1]?.audioFrames == 10)
    }

    @Test func `a publisher who leaves ends the file, and his return begins another`() {
        let room = PipedRoom()
        room.record(1)
        room.openWithAlice()
        room.pictures(0..<20)
        room.write(.producerClosed, 1)
        room.write(.producerClosed, 2)
        room.turn()
        #expect(room.news() == ["1 began", "1 finished", "1 interrupted"])
        #expect(room.reasons == ["nobody sends in the room any more"])
        room.announce(4, .vp8)
        room.write(.announced, 10)
        room.turn()
        room.pictures(100..<120, of: 4, ssrc: 9)
        #expect(room.news() == ["1 began"])
    }

    @Test func `a room that closes ends the file whole, and opens again as another file`() {
        let room = PipedRoom()
        room.record(1)
        room.openWithAlice()
        room.pictures(0..<20)
        room.write(.branchClosed, 10)
        room.turn()
        #expect(room.news() == ["1 began", "1 finished", "1 interrupted"])
        room.pictures(20..<25)
        #expect(room.news() == [], "its packets mean nothing any more")
        room.open(20)
        room.announce(21, .vp8, in: 20)
        room.write(.announced, 20)
        room.turn()
        room.pictures(0..<10, of: 21)
        #expect(room.news() == ["1 began"])
    }

    @Test func `sound alone is recorded until a picture comes with it`() {
        let room = PipedRoom()
        room.record(1)
        room.open()
        room.announce(2, .opus)
        room.write(.announced, 10)
        room.turn()
        room.sounds(0..<50)
        #expect(room.news() == ["1 began"] && room.wishes() == ["producerWanted 2"])
        room.announce(3, .vp8)
        room.write(.announced, 10)
        room.turn()
        room.pictures(0..<10, of: 3)
        #expect(room.news() == ["1 finished", "1 began"])
    }

    @Test func `two recordings of a room share what comes of it`() {
        let room = PipedRoom()
        room.record(1)
        room.openWithAlice()
        room.pictures(0..<10)
        _ = room.wishes()
        room.record(2)
        #expect(room.wishes() == [], "it is wanted already")
        room.pictures(10..<13, keyframeEvery: 100)
        room.advance(by: .milliseconds(200))
        #expect(room.wishes() == ["keyframeWanted 1"])
        room.pictures(13..<20)
        #expect(room.news() == ["1 began", "2 began"])
        room.remove(1)
        #expect(room.wishes() == [])
        room.pictures(20..<25)
        room.remove(2)
        #expect(room.wishes() == ["producerUnwanted 2", "producerUnwanted 1"])
        #expect(room.news() == ["1 finished", "2 finished"])
    }

    @Test func `a track from another source begins another file`() {
        let room = PipedRoom()
        room.record(1)
        room.openWithAlice()
        room.begin(1, ssrc: 7)
        room.pictures(0..<10)
        room.begin(1, ssrc: 7)
        #expect(room.news() == ["1 began"], "told again is no news")
        room.begin(1, ssrc: 99)
        room.pictures(500..<510, ssrc: 99)
        #expect(room.news() == ["1 finished", "1 began"])
    }

    @Test func `nobody there is told once, and waited for`() {
        let room = PipedRoom()
        room.record(1)
        room.recorder.noteAbsence(1)
        room.turn()
        #expect(room.news() == ["1 interrupted"])
        #expect(room.reasons == ["nobody sends in the room yet"])
        room.openWithAlice()
        room.recorder.noteAbsence(1)
        room.pictures(0..<10)
        #expect(room.news() == ["1 began"])
    }

    @Test func `a loop that has ended ends the files of its rooms alone`() {
        let room = PipedRoom()
        room.record(1)
        room.record(2, room: "other")
        room.openWithAlice()
        room.open(10, "other", from: 1)
        room.announce(1, .vp8, from: 1)
        room.write(.announced, 10, from: 1)
        room.turn()
        room.pictures(0..<10)
        _ = room.news()
        room.recorder.loopEnded(0)
        room.turn()
        #expect(room.news() == ["1 finished", "1 interrupted"])
    }

    @Test func `what sends nothing is told within five seconds`() {
        let room = PipedRoom()
        room.record(1)
        room.openWithAlice()
        room.pictures(0..<10)
        for _ in 0..<50 { room.advance(by: .milliseconds(100)) }
        #expect(room.news() == ["1 began", "1 stalled"])
        for _ in 0..<60 { room.advance(by: .milliseconds(100)) }
        #expect(room.news() == ["1 finished"], "what there is is whole")
    }

    @Test func `no cut of a frame stops it`() {
        let room = PipedRoom()
        room.record(1)
        room.openWithAlice()
        room.pictures(0..<3)
        let picture = PlainRecorderTests.packet(3, ssrc: 7)
        for kind in PipeFrame.Kind.allCases where kind != .branchClosed && kind != .producerClosed {
            let frame = PipeFrame(kind, 1).message { $0.write(picture) }
            for count in 0...frame.count {
                room.recorder.receiveFrame(
                    frame.span.bytes.extracting(..<count), from: 0, at: room.now)
            }
            room.turn()
        }
        #expect(room.recorder.malformedFrames > 0)
        room.pictures(10..<40)
        room.remove(1)
        #expect(room.told.last == "1 finished")
    }
}

/// Which of a room's tracks are recorded.
@Suite struct RoomChoiceTests {
    private func track(
        _ number: UInt32, _ codec: Codec, of peer: String, order: UInt32
    ) -> PipedTrack {
        let key = PipedTrack.Key(loop: 0, number: number)
        return PipedTrack(
            key: key,
            track: ProducedTrack(
                number: number, order: order, peer: peer, names: ("", ""), mid: "",
                codec: NegotiatedCodec(codec: codec, payloadType: 96)),
            branch: PipedTrack.Key(loop: 0, number: 99))
    }

    @Test func `the first peer's first picture and sound, for as long as that peer sends`() {
        let (beth, carl) = (
            track(5, .opus, of: "beth", order: 1), track(4, .vp8, of: "carl", order: 2)
        )
        let alice = [
            track(1, .vp8, of: "alice", order: 0), track(2, .opus, of: "alice", order: 0),
            track(3, .vp8, of: "alice", order: 0),
        ]
        var choice = RoomChoice().next(among: [beth, carl])
        #expect(choice.peer == "beth" && choice.picture == nil && choice.sound?.number == 5)
        choice = choice.next(among: alice + [beth, carl])
        #expect(choice.peer == "beth", "who is recorded stays")
        choice = choice.next(among: alice + [carl])
        #expect(choice.peer == "alice" && choice.keys.map(\.number) == [2, 1])
        choice = choice.next(among: Array(alice.dropFirst()) + [carl])
        #expect(choice.keys.map(\.number) == [2, 3])
        choice = choice.next(among: alice + [carl])
        #expect(choice.keys.map(\.number) == [2, 3], "what is recorded stays")
        #expect(choice.next(among: []).isEmpty)
    }
}
