import SFU
import Simulation
import Testing
import Timing

/// A room that goes on on another loop: its viewers there notice nothing of it.
@Suite struct BranchTests {
    @Test func `a viewer on the branch sees every frame, as one at home does`() throws {
        var meeting = Meeting(seed: 1, loops: 2)
        let publisher = try meeting.publisher()
        meeting.world.run(for: .seconds(2))
        let near = try meeting.viewer("near", on: 0)
        let far = try meeting.viewer("far", on: 1)
        meeting.world.run(for: .seconds(10))
        let sent = meeting.publication(publisher)
        for viewer in [near, far] {
            let seen = meeting.reception(viewer)
            #expect(seen.startsWithKeyframe && seen.disorderCount == 0 && seen.duplicateCount == 0)
            #expect(seen.tornFrames.allSatisfy { $0 >= sent.frameCount - 2 })
            #expect(seen.frameCount > 290 && seen.audioCount > 490)
            #expect(seen.reports.count == 2, "both tracks' clocks")
        }
        let (home, branch) = (meeting.statistics(0), meeting.statistics(1))
        #expect(home.roomCount == 1 && branch.roomCount == 0 && branch.branchCount == 1)
        #expect(home.producerCount == 2 && branch.producerCount == 0 && branch.consumerCount == 2)
        #expect(home.totals.pipedPackets > 1000 && branch.totals.receivedPackets == 0)
        #expect(branch.drops[.unknownStream] == 0 && branch.drops[.malformedFrame] == 0)
    }

    @Test func `the branch begins with the newest pictures of its home, without asking`() throws {
        var meeting = Meeting(seed: 2, loops: 2)
        let publisher = try meeting.publisher()
        meeting.world.run(for: .seconds(1))
        _ = try meeting.viewer("near", on: 0)
        meeting.world.run(for: .milliseconds(400))
        let asked = meeting.publication(publisher).keyframeRequestCount
        let far = try meeting.viewer("far", on: 1)
        meeting.world.run(for: .milliseconds(300))
        let seen = meeting.reception(far)
        #expect(seen.startsWithKeyframe && seen.completeFrameCount > 20)
        #expect(meeting.publication(publisher).keyframeRequestCount == asked)
    }

    @Test func `forty on the branch who all want a key frame cost the producer one or two`() throws
    {
        var meeting = Meeting(seed: 3, loops: 2)
        let publisher = try meeting.publisher()
        meeting.world.run(for: .milliseconds(5_200))
        let before = meeting.publication(publisher).keyframeRequestCount
        var viewers: [Meeting.ClientHandle] = []
        for number in 0..<40 {
            viewers.append(try meeting.viewer("viewer \(number)", on: 1))
            meeting.world.run(for: .milliseconds(20))
        }
        meeting.world.run(for: .seconds(2))
        let asked = meeting.publication(publisher).keyframeRequestCount - before
        #expect((1...2).contains(asked))
        for viewer in viewers {
            let reception = meeting.reception(viewer)
            #expect(reception.startsWithKeyframe && reception.completeFrameCount > 40)
        }
    }

    @Test(arguments: [UInt64](10..<16))
    func `what a branch's viewer misses, the branch sends again`(
        seed: UInt64
    ) throws {
        var meeting = Meeting(seed: seed, loops: 2)
        let publisher = try meeting.publisher("alice", .init(lossPerTenThousand: 200))
        meeting.world.run(for: .seconds(1))
        let far = try meeting.viewer("far", on: 1, .init(lossPerTenThousand: 500))
        meeting.world.run(for: .seconds(10))
        let (sent, seen) = (meeting.publication(publisher), meeting.reception(far))
        #expect(seen.recoveredCount > 20)
        #expect(seen.tornFrames.filter { $0 < sent.frameCount - 15 }.count <= 1)
        #expect(meeting.statistics(0).totals.nacks == 0, "its NACKs end on its own loop")
        #expect(meeting.statistics(1).totals.retransmittedPackets > 20)
    }

    @Test func `viewers on the branch go on when their publisher comes back`() throws {
        var meeting = Meeting(seed: 4, loops: 2)
        let first = try meeting.publisher()
        meeting.world.run(for: .seconds(2))
        let far = try meeting.viewer("far", on: 1)
        meeting.world.run(for: .seconds(3))
        meeting.world.kill(first)
        _ = try meeting.publisher()
        let before = meeting.reception(far).packetCount
        meeting.world.run(for: .seconds(3))
        let seen = meeting.reception(far)
        #expect(seen.packetCount > before + 200 && seen.disorderCount == 0)
        #expect(seen.publicationCount == 2 && seen.startsWithKeyframe)
        #expect(meeting.world[1].snapshot(ofRoom: "room")?.producers.count == 2)
    }

    @Test func `a room lives while anybody is in it, on whatever loop`() throws {
        var meeting = Meeting(seed: 5, loops: 2)
        _ = try meeting.publisher()
        meeting.world.run(for: .seconds(1))
        let far = try meeting.viewer("far", on: 1)
        meeting.world.run(for: .seconds(1))
        try meeting.world[0].leave(peer: "alice", room: "room", at: meeting.world.now)
        meeting.world.run(for: .seconds(1))
        #expect(meeting.statistics(0).roomCount == 1 && meeting.statistics(1).transportCount == 1)
        _ = try meeting.publisher()
        meeting.world.run(for: .seconds(2))
        #expect(meeting.reception(far).publicationCount == 2)
        try meeting.world[0].leave(peer: "alice", room: "room", at: meeting.world.now)
        try meeting.world[1].leave(peer: "far", room: "room", at: meeting.world.now)
        meeting.world.run(for: .milliseconds(1))
        for loop in 0...1 {
            let left = meeting.statistics(loop)
            #expect(left.roomCount == 0 && left.branchCount == 0 && left.heldPacketCount == 0)
        }
        let rooms = meeting.world.events.filter { event in
            event == .roomOpened(room: "room") || event == .roomClosed(room: "room")
        }
        #expect(rooms == [.roomOpened(room: "room"), .roomClosed(room: "room")])
        #expect(meeting.world.events.last == .roomClosed(room: "room"))
    }

    @Test func `an empty branch costs its home nothing, and can be opened again`() throws {
        var meeting = Meeting(seed: 6, loops: 2)
        _ = try meeting.publisher()
        meeting.world.run(for: .seconds(1))
        _ = try meeting.viewer("first", on: 1)
        meeting.world.run(for: .seconds(1))
        try meeting.world[1].leave(peer: "first", room: "room", at: meeting.world.now)
        meeting.world.run(for: .milliseconds(1))
        let before = meeting.statistics(0).totals.pipedPackets
        meeting.world.run(for: .seconds(1))
        #expect(meeting.statistics(0).totals.pipedPackets == before)
        #expect(meeting.statistics(1).heldPacketCount == 0)
        let second = try meeting.viewer("second", on: 1)
        meeting.world.run(for: .seconds(1))
        #expect(meeting.reception(second).completeFrameCount > 20)
    }

    @Test func `a home that goes away ends its branches' sessions`() throws {
        var meeting = Meeting(seed: 7, loops: 2)
        _ = try meeting.publisher()
        meeting.world.run(for: .seconds(1))
        for number in 0..<3 { _ = try meeting.viewer("viewer \(number)", on: 1) }
        meeting.world.run(for: .seconds(1))
        meeting.world[0].closeAllSessions(at: meeting.world.now)
        meeting.world.run(for: .milliseconds(1))
        for loop in 0...1 {
            let left = meeting.statistics(loop)
            #expect(left.transportCount == 0 && left.roomCount == 0 && left.branchCount == 0)
        }
    }
}
