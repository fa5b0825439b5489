import Simulation
import Testing
import Timing

/// A room whose socket has no room for a whole fan-out at a time.
@Suite struct FullBufferScenarioTests {
    @Test func `what comes while a fan-out waits for room to send follows it, and nothing is lost`()
        throws
    {
        var meeting = Meeting(seed: 41)
        _ = try meeting.publisher()
        var viewers: [Meeting.ClientHandle] = []
        for number in 0..<12 { viewers.append(try meeting.viewer("viewer\(number)")) }
        meeting.world.run(for: .seconds(1))
        let before = viewers.map { meeting.reception($0) }
        // A frame's packets take several milliseconds to leave, and the next come meanwhile.
        meeting.world.runsPerMillisecond = 5
        meeting.world.run(for: .seconds(4))
        meeting.world.runsPerMillisecond = nil
        meeting.world.run(for: .milliseconds(100))
        for (viewer, before) in zip(viewers, before) {
            let now = meeting.reception(viewer)
            #expect(now.recoveredCount == before.recoveredCount, "nothing had to be sent again")
            #expect(now.disorderCount == before.disorderCount)
            #expect(now.tornFrames.isEmpty)
            #expect(now.audioCount - before.audioCount > 195)
        }
        #expect(meeting.world.server.statistics().drops[.streamEnded] == 0)
    }

    @Test func `viewers who leave while a fan-out waits take nothing from those who stay`() throws {
        var meeting = Meeting(seed: 42)
        _ = try meeting.publisher()
        var viewers: [Meeting.ClientHandle] = []
        var sessions: [String] = []
        for number in 0..<12 {
            viewers.append(try meeting.viewer("viewer\(number)"))
            sessions.append(meeting.lastSession)
        }
        meeting.world.run(for: .seconds(1))
        meeting.world.runsPerMillisecond = 3
        for session in [sessions[0], sessions[5], sessions[2], sessions[11]] {
            meeting.world.run(for: .microseconds(40_700))
            try meeting.world.server.close(session: session, room: "room", at: meeting.world.now)
        }
        meeting.world.run(for: .seconds(1))
        for number in [1, 3, 4, 6, 7, 8, 9, 10] {
            let reception = meeting.reception(viewers[number])
            #expect(reception.tornFrames.isEmpty && reception.disorderCount == 0, "\(number)")
            #expect(reception.duplicateCount == 0)
        }
    }

    @Test func `a publisher on its way back is not asked for key frames before it is there`() throws
    {
        let far = SeededLink.Conditions(delay: .milliseconds(200))
        var meeting = Meeting(seed: 43)
        _ = try meeting.publisher("alice")
        let viewer = try meeting.viewer("bob", of: "alice")
        meeting.world.run(for: .seconds(1))
        _ = try meeting.publisher("alice", far)  // the world stops a loop that would spin
        meeting.world.run(for: .seconds(6))
        #expect(meeting.reception(viewer).publicationCount == 2)
    }

    @Test(arguments: VideoShape.allCases)
    func `who begins where there is no room is told its clocks as soon as there is`(
        video: VideoShape
    ) throws {
        // One packet at a time: behind another viewer's, most beginnings find no room at first.
        var meeting = Meeting(seed: 44, arenaByteCount: 1200)
        let publisher = try meeting.publisher(video: video)
        let first = try meeting.viewer("first", video: video)
        meeting.world.run(for: .milliseconds(8_300))  // too late for the newest key frame
        let reports = meeting.publication(publisher).reportCount
        var viewers: [Meeting.ClientHandle] = []
        for number in 0..<6 { viewers.append(try meeting.viewer("\(number)", video: video)) }
        meeting.world.run(for: .milliseconds(600))
        #expect(meeting.publication(publisher).reportCount == reports, "nothing new to pass on")
        for viewer in viewers {
            let seen = meeting.reception(viewer)
            #expect(seen.startsWithKeyframe && seen.completeFrameCount > 10)
            #expect(seen.reports.count == 2, "picture and sound have their clocks")
        }
        #expect(meeting.reception(first).disorderCount == 0)
    }
}
