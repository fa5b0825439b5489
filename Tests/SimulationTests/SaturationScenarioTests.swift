import SFU
import Simulation
import Testing
import Timing

/// A socket that for long has room for half of what would be sent.
@Suite struct SaturationScenarioTests {
    @Test func `viewers of a way out that is too narrow see less, but nothing old`() throws {
        var meeting = Meeting(seed: 61)
        let publisher = try meeting.publisher()
        var viewers: [Meeting.ClientHandle] = []
        for number in 0..<24 { viewers.append(try meeting.viewer("viewer\(number)")) }
        meeting.world.run(for: .seconds(1))
        let asked = meeting.publication(publisher).keyframeRequestCount
        meeting.world.runsPerMillisecond = 1
        var furthestBehind = 0
        for _ in 0..<10 {
            meeting.world.run(for: .milliseconds(500))
            let last = meeting.publication(publisher).frameCount
            for viewer in viewers {
                let newest = try #require(meeting.reception(viewer).newestFrame)
                furthestBehind = max(furthestBehind, last - newest)
            }
        }
        #expect(furthestBehind < 45, "a second and a half, where a key frame is waited for")
        #expect(meeting.statistics(0).drops[.fanOutLate] > 0)
        #expect(meeting.publication(publisher).keyframeRequestCount - asked <= 20)
        meeting.world.runsPerMillisecond = nil
        meeting.world.run(for: .milliseconds(500))
        let before = viewers.map { meeting.reception($0).completeFrameCount }
        meeting.world.run(for: .seconds(2))
        for (viewer, before) in zip(viewers, before) {
            let seen = meeting.reception(viewer)
            #expect(seen.completeFrameCount > before + 55 && seen.timestampFaultCount == 0)
            #expect(seen.disorderCount == 0, "of pictures no number is missing")
        }
    }

    @Test func `what is asked for again leaves between two fan-outs`() throws {
        var meeting = Meeting(seed: 62)
        _ = try meeting.publisher()
        let lossy = SeededLink.Conditions(lossPerTenThousand: 500)
        for number in 0..<23 { _ = try meeting.viewer("viewer\(number)") }
        let viewer = try meeting.viewer("lossy", lossy)
        meeting.world.run(for: .seconds(1))
        meeting.world.runsPerMillisecond = 2
        let before = meeting.reception(viewer).recoveredCount
        meeting.world.run(for: .seconds(5))
        #expect(meeting.reception(viewer).recoveredCount > before + 10)
    }

    @Test func `who joins is sent what came before in slices, twice as many packets as come`()
        throws
    {
        var meeting = Meeting(seed: 63)
        _ = try meeting.publisher()
        meeting.world.run(for: .milliseconds(4_300))
        let viewer = try meeting.viewer("bob")
        var (most, slices) = (0, 0)
        for _ in 0..<100 {
            let before = meeting.reception(viewer).packetCount
            meeting.world.run(for: .milliseconds(1))
            let count = meeting.reception(viewer).packetCount - before
            most = max(most, count)
            if count > 0 { slices += 1 }
        }
        #expect((2...8).contains(most) && slices > 30)
    }

    @Test func `a gap that cannot be mended is answered by a request for a key frame at once`()
        throws
    {
        var meeting = Meeting(seed: 64)
        let publisher = try meeting.publisher()
        meeting.world.run(for: .milliseconds(1_020))
        meeting.world.set(SeededLink.Conditions(lossPerTenThousand: 10_000), for: publisher)
        meeting.world.run(for: .seconds(10))
        let asked = meeting.publication(publisher).keyframeRequestCount
        meeting.world.set(SeededLink.Conditions(), for: publisher)
        meeting.world.run(for: .milliseconds(100))
        #expect(meeting.publication(publisher).keyframeRequestCount == asked + 1)
    }
}
