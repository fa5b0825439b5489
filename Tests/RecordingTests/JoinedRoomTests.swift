import Muxer
import Testing
import Timing

@testable import Recording

/// Rooms recorded over WHEP from our own server, which sends the newest pictures ahead of what is live.
@Suite struct JoinedRoomTests {
    /// A room in which a key frame is so old when a recording begins.
    private static func room(
        clockError: Interval = .zero, keyframeAge: Interval = .seconds(1)
    ) throws -> JoinedRoom {
        var room = try JoinedRoom(clockError: clockError)
        (room.sendsPictures, room.sendsSound) = (true, true)
        room.run(for: .seconds(3))
        room.publishKeyframe()
        room.run(for: keyframeAge)
        try room.record()
        return room
    }

    /// How long the first picture had been captured when the recorder's session stood.
    private static func age(_ room: borrowing JoinedRoom) -> Interval {
        room.connected - room.keyframe
    }

    @Test func `live sound begins at its own time beside pictures from before`() throws {
        var room = try Self.room()
        room.run(for: .seconds(3))
        room.stop()
        let age = Self.age(room)
        #expect(age > .milliseconds(950) && room.statistics.firstVideoTime == .zero)
        let first = try #require(room.statistics.firstAudioTime)
        #expect(abs((first - age).nanoseconds) < 45_000_000, "\(first), \(age)")
        #expect(room.statistics.audioFrames > 140 && room.statistics.droppedFrames == 0)
    }

    @Test func `sound that waits for clocks is written when its session ends`() throws {
        var room = try Self.room(keyframeAge: .milliseconds(200))
        room.hidesReports = true
        room.run(for: .milliseconds(600))
        #expect(room.statistics.receivedAudioFrames == 0, "it waits")
        room.shutDown()
        #expect(room.statistics.audioFrames > 20, "\(room.statistics)")
        #expect(room.events.contains { if case .interrupted = $0 { true } else { false } })
    }

    @Test func `sound goes on after two seconds without clocks`() throws {
        var room = try Self.room(keyframeAge: .milliseconds(200))
        room.hidesReports = true
        room.run(for: .seconds(2))
        #expect(room.statistics.receivedAudioFrames == 0)
        room.run(for: .seconds(1))
        room.stop()
        #expect(room.statistics.audioFrames > 130, "what has waited as well")
    }

    @Test(arguments: [Interval.zero, .seconds(3600), .seconds(-3600), .milliseconds(250)])
    func `pictures from before are dated to when they were captured`(error: Interval) throws {
        var room = try Self.room(clockError: error)
        room.run(for: .seconds(3))
        room.stop()
        let header = try #require(room.headers.first)
        let captured = JoinedRoom.date(room.keyframe)
        #expect(abs(header.wallClock - captured) < 20_000_000, "\(header.wallClock - captured) ns")
        let end = try #require(header.date(at: room.recorded)).nanoseconds
        let behind = JoinedRoom.date(room.now) - end
        #expect((-40_000_000...80_000_000).contains(behind), "\(behind) ns")
    }
}
