import SFU
import Simulation
import Testing
import Timing
import Wire

/// What viewers see of streams that begin, pause, probe, move and crowd one another.
@Suite struct StreamScenarioTests {
    @Test(arguments: VideoShape.allCases)
    func `who joins soon after a key frame begins with it, at once, and asks for none`(
        video: VideoShape
    ) throws {
        var meeting = Meeting(seed: 47)
        let publisher = try meeting.publisher(video: video)
        let first = try meeting.viewer("bob", video: video)
        meeting.world.run(for: .milliseconds(7_300))
        let before = meeting.publication(publisher)
        let late = try meeting.viewer("carol", video: video)
        meeting.world.run(for: .milliseconds(200))
        let early = meeting.reception(late)
        #expect(early.startsWithKeyframe && early.frameCount > 35, "all since 6 s")
        meeting.world.run(for: .milliseconds(1_000))
        #expect(
            meeting.publication(publisher).keyframeRequestCount == before.keyframeRequestCount)
        let seen = meeting.reception(late)
        #expect(seen.disorderCount == 0 && seen.timestampFaultCount == 0)
        #expect(seen.tornFrames.allSatisfy { $0 > meeting.publication(publisher).frameCount - 3 })
        #expect(seen.longestTimestampStep < 4000 && seen.recoveredCount == 0)
        #expect(meeting.reception(first).disorderCount == 0, "who was there notices nothing")
    }

    @Test(arguments: VideoShape.allCases)
    func `who joins late begins with a key frame, asked for once`(video: VideoShape) throws {
        var meeting = Meeting(seed: 41)
        let publisher = try meeting.publisher(video: video)
        let first = try meeting.viewer("bob", video: video)
        meeting.world.run(for: .milliseconds(8_300))
        let before = meeting.publication(publisher)
        let late = try meeting.viewer("carol", video: video)
        meeting.world.run(for: .milliseconds(600))
        let after = meeting.publication(publisher)
        #expect(after.keyframeRequestCount == before.keyframeRequestCount + 1)
        #expect(after.keyframeCount == before.keyframeCount + 1)
        let seen = meeting.reception(late)
        #expect(seen.startsWithKeyframe && seen.completeFrameCount > 10)
        #expect(seen.disorderCount == 0 && seen.keyframeRequestCount == 0)
        #expect(meeting.reception(first).startsWithKeyframe)
        #expect(seen.audioCount > 20, "sound waits for no key frame")
    }

    @Test(arguments: 0..<10)
    func `another session of the publisher goes on later in time, never at once or back`(
        seed: UInt64
    ) throws {
        var meeting = Meeting(seed: 50 + seed)
        let first = try meeting.publisher()
        meeting.world.run(for: .seconds(1))
        let viewer = try meeting.viewer("bob")
        meeting.world.run(for: .seconds(2))
        meeting.world.kill(first)
        meeting.world.run(for: .milliseconds(Int64(200 * seed)))
        _ = try meeting.publisher()
        meeting.world.run(for: .seconds(2))
        let seen = meeting.reception(viewer)
        #expect(seen.publicationCount == 2 && seen.startsWithKeyframe)
        #expect(seen.disorderCount == 0 && seen.timestampFaultCount == 0)
        // The media clock went on as long as nothing came: within two frames.
        let pause = 90 * (200 * UInt32(seed) + 100)
        #expect(seen.longestTimestampStep < pause + 9000)
        #expect(seen.longestTimestampStep + 9000 > 90 * 200 * UInt32(seed))
    }

    @Test func `probes leave no gap, and repeat nothing`() throws {
        var meeting = Meeting(seed: 42)
        let publisher = try meeting.publisher()
        let viewer = try meeting.viewer("bob")
        meeting.world.run(for: .seconds(2))
        for _ in 0..<10 {
            meeting.world.clients[publisher].probe()
            meeting.world.run(for: .milliseconds(100))
        }
        let statistics = meeting.world.server.statistics()
        #expect(statistics.drops[.emptyRetransmission] == 10)
        #expect(statistics.drops[.malformedRTP] == 0)
        let seen = meeting.reception(viewer)
        // Padding alone is passed on without it: an empty packet, so that no number is missing.
        #expect(seen.emptyCount == 10 && seen.disorderCount == 0)
    }

    @Test func `more publishers than the slots have room for all go on`() throws {
        var meeting = Meeting(seed: 43, packetSlots: 2048)
        var viewers: [Meeting.ClientHandle] = []
        for number in 0..<4 {
            _ = try meeting.publisher("camera \(number)")
            viewers.append(try meeting.viewer("viewer \(number)", of: "camera \(number)"))
        }
        meeting.world.run(for: .seconds(30))
        let before = viewers.map { meeting.reception($0).completeFrameCount }
        meeting.world.run(for: .seconds(10))
        for (viewer, earlier) in zip(viewers, before) {
            let seen = meeting.reception(viewer)
            #expect(seen.completeFrameCount > earlier + 290 && seen.disorderCount == 0)
        }
        let statistics = meeting.world.server.statistics()
        #expect(statistics.drops[.slabExhausted] == 0)
        #expect(statistics.heldPacketCount <= 2048 && statistics.heldPacketCount > 500)
    }

    @Test func `losses are still mended where slots are few`() throws {
        let lossy = SeededLink.Conditions(
            delay: .milliseconds(20), jitter: .milliseconds(2), lossPerTenThousand: 200)
        var meeting = Meeting(seed: 44, packetSlots: 512)
        let publisher = try meeting.publisher("alice", lossy)
        let viewer = try meeting.viewer("bob", lossy)
        meeting.world.run(for: .seconds(20))
        let seen = meeting.reception(viewer)
        let last = meeting.publication(publisher).frameCount
        #expect(seen.tornFrames.allSatisfy { $0 > last - 15 || $0 == seen.firstFrame })
        #expect(seen.recoveredCount > 10)
    }

    @Test(arguments: 0..<12)
    func `the picture a viewer begins with is whole, whichever packet of it comes late`(
        seed: UInt64
    ) throws {
        let lossy = SeededLink.Conditions(
            delay: .milliseconds(20), jitter: .milliseconds(2), lossPerTenThousand: 1500)
        var meeting = Meeting(seed: 900 + seed)
        _ = try meeting.publisher("alice", lossy, video: .h264)
        // Of the very first picture nobody knows the start.
        meeting.world.run(for: .milliseconds(2500))
        var viewers: [Meeting.ClientHandle] = []
        for number in 0..<8 {
            viewers.append(try meeting.viewer("viewer \(number)", video: .h264))
            meeting.world.run(for: .milliseconds(700))
        }
        meeting.world.run(for: .seconds(2))
        for viewer in viewers {
            let seen = meeting.reception(viewer)
            let first = try #require(seen.firstFrame)
            #expect(!seen.tornFrames.contains(first))
        }
    }

    @Test func `nothing is left when all have gone, one way or another`() throws {
        var meeting = Meeting(seed: 45)
        let publisher = try meeting.publisher()
        for name in ["bob", "carol"] { _ = try meeting.viewer(name) }
        meeting.world.run(for: .seconds(2))
        let session = meeting.lastSession
        try meeting.world.server.close(session: session, room: "room", at: meeting.world.now)
        try meeting.world.server.leave(peer: "bob", room: "room", at: meeting.world.now)
        meeting.world.kill(publisher)
        meeting.world.run(for: .seconds(35))
        let left = meeting.world.server.statistics()
        #expect(left.roomCount + left.peerCount + left.transportCount == 0)
        #expect(left.producerCount + left.consumerCount + left.heldPacketCount == 0)
        #expect(meeting.world.server.nextDeadline == nil)
    }
}
