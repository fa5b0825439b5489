import Muxer
import Testing
import Timing

@testable import Recording
@testable import SFU

/// When what is recorded of a room was captured: the newest pictures come ahead of what is live.
@Suite struct RoomDatesTests {
    /// A room of which a second's pictures come at once, and three seconds' more as time goes by.
    private static func recorded(clocksAt seconds: Double?) throws -> (IndexHeader, PipedRoom) {
        let room = PipedRoom()
        room.record(1)
        room.openWithAlice()
        for (track, ssrc, timestamp) in [(UInt32(2), UInt32(8), UInt32(48_000)), (1, 7, 90_000)] {
            room.begin(track, ssrc: ssrc)
            if let seconds { room.report(track, timestamp: timestamp, at: seconds) }
        }
        room.pictures(0..<25, pace: .zero)
        room.advance(by: .milliseconds(40))
        room.pictures(25..<100)
        room.remove(1)
        return (try #require(room.headers.first), room)
    }

    @Test(arguments: [nil, 101, Double(PipedRoom.wall) + 3_600])
    func `without a clock that is right, by what is live`(seconds: Double?) throws {
        let (header, room) = try Self.recorded(clocksAt: seconds)
        #expect(header.wallClock == PipedRoom.wall * 1_000_000_000 - 960_000_000)
        let end = try #require(header.date(at: room.recorded)).nanoseconds
        let now = PipedRoom.wall * 1_000_000_000 + (room.now - PipedRoom.start).nanoseconds
        #expect(abs(now - end) <= 40_000_000, "\(now - end) ns")
        #expect(room.headers.count == 1)
    }

    @Test func `by the sender's clock, where that is right`() throws {
        // Media time 1 s was captured 120 ms before it came: at 40 ms.
        let told = Double(PipedRoom.wall) + 0.04 - 0.12
        let (header, _) = try Self.recorded(clocksAt: told)
        let expected = PipedRoom.wall * 1_000_000_000 - 1_080_000_000
        #expect(abs(header.wallClock - expected) < 1_000)
    }
}
