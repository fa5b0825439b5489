import Testing
import Timing

@testable import Recording

/// A room recorded over WHEP's media path: server and publisher are the real ones, the path is not.
@Suite struct WatchRecorderTests {
    @Test(arguments: [0, 2, 10] as [UInt64])
    func `what the path loses is asked for again, and all of it is written`(
        lossPercent: UInt64
    ) throws {
        var room = try WatchedRoom()
        room.run(for: .seconds(1))
        room.publish(for: .seconds(2))
        (room.up.lossPercent, room.down.lossPercent) = (lossPercent, lossPercent)
        room.publish(for: .seconds(20))
        (room.up.lossPercent, room.down.lossPercent) = (0, 0)
        room.publish(for: .seconds(2))
        room.close()
        #expect(room.sent.count == 600 && room.sentSounds == 1200)
        #expect(room.statistics.videoFrames == 600)
        #expect(room.fileCount == 1 && room.reasons == [])
        let source = room.statistics.source
        #expect((source.recoveredPackets > 0) == (lossPercent > 0))
        #expect(source.requestedPackets >= source.recoveredPackets)
        #expect(room.statistics[.framesUndecodable] == 0 && source.brokenFrames == 0)
    }

    @Test func `while nothing is written no key frame is asked for, whatever is lost`() throws {
        var room = try WatchedRoom()
        room.run(for: .seconds(1))
        room.publish(for: .seconds(4))
        room.recorder.limit(to: .nothing, at: room.now)
        let keyframes = room.sent.count { $0 }
        room.down.isCut = true
        room.publish(for: .seconds(2))
        room.down.isCut = false
        room.publish(for: .seconds(10))
        #expect(room.sent.count { $0 } == keyframes)
        room.recorder.limit(to: .everything, at: room.now)
        room.publish(for: .seconds(1))
        #expect(room.sent.count { $0 } == keyframes + 1)
    }

    @Test func `a lost request for a key frame is repeated: the recording goes on`() throws {
        var room = try WatchedRoom()
        room.run(for: .seconds(1))
        room.publish(for: .seconds(4))
        (room.down.isCut, room.up.isCut) = (true, true)
        room.publish(for: .milliseconds(1200))
        room.down.isCut = false
        room.publish(for: .seconds(3))
        let (before, keyframes) = (room.statistics.videoFrames, room.sent.count { $0 })
        #expect(before < 110, "no picture is of use without those that were lost")
        room.up.isCut = false
        room.publish(for: .seconds(3))
        room.close()
        #expect(room.sent.count { $0 } == keyframes + 1, "one answers several requests")
        #expect(room.statistics.videoFrames >= before + 40)
        #expect(room.statistics.keyframeRequests >= 3)
        #expect(room.statistics[.packetsMissing] > 80, "ninety of pictures, and some of sound")
        #expect(room.statistics[.framesUndecodable] > 60, "until the key frame came")
    }
}
