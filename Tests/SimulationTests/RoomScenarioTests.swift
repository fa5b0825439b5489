import SFU
import Simulation
import Testing
import Timing
import WebRTC
import Wire

/// What happens to a room when peers come, stay away, return, or are not what they say.
@Suite struct RoomScenarioTests {
    @Test func `without loss every frame arrives, from a key frame on, in order`() throws {
        var meeting = Meeting(seed: 3)
        let publisher = try meeting.publisher()
        meeting.world.run(for: .seconds(2))
        let viewer = try meeting.viewer("bob")
        meeting.world.run(for: .seconds(10))
        let (sent, seen) = (meeting.publication(publisher), meeting.reception(viewer))
        #expect(seen.startsWithKeyframe && seen.disorderCount == 0 && seen.duplicateCount == 0)
        #expect(seen.tornFrames.allSatisfy { $0 >= sent.frameCount - 2 })
        #expect(seen.frameCount > 290)
        #expect(sent.retransmissionCount == 0)
    }

    @Test func `fifty who join long after a key frame cost the producer one or two`() throws {
        var meeting = Meeting(seed: 4)
        let publisher = try meeting.publisher()
        meeting.world.run(for: .milliseconds(5_200))
        let before = meeting.publication(publisher).keyframeRequestCount
        var viewers: [Meeting.ClientHandle] = []
        for number in 0..<50 {
            viewers.append(try meeting.viewer("viewer \(number)"))
            meeting.world.run(for: .milliseconds(20))
        }
        meeting.world.run(for: .seconds(2))
        let asked = meeting.publication(publisher).keyframeRequestCount - before
        #expect((1...2).contains(asked), "one at once; it serves all who come within two seconds")
        for viewer in viewers {
            let reception = meeting.reception(viewer)
            #expect(reception.startsWithKeyframe && reception.completeFrameCount > 40)
        }
    }

    @Test func `a publisher that is killed is gone after thirty seconds, with all it had`() throws {
        var meeting = Meeting(seed: 5)
        let publisher = try meeting.publisher()
        meeting.world.run(for: .seconds(3))
        #expect(meeting.world.server.statistics().heldPacketCount > 100)
        meeting.world.kill(publisher)
        meeting.world.run(for: .seconds(24))
        #expect(meeting.world.server.statistics().transportCount == 1)
        meeting.world.run(for: .seconds(7))
        let left = meeting.world.server.statistics()
        #expect(left.roomCount == 0 && left.peerCount == 0 && left.transportCount == 0)
        #expect(left.producerCount == 0 && left.heldPacketCount == 0)
        let reasons = meeting.world.events.compactMap { event in
            if case .transportClosed(_, _, _, let reason) = event { reason } else { nil }
        }
        #expect(reasons == [.consentExpired])
        #expect(meeting.world.server.nextDeadline == nil)
    }

    @Test func `viewers go on when their publisher comes back under its name`() throws {
        var meeting = Meeting(seed: 6)
        let first = try meeting.publisher()
        meeting.world.run(for: .seconds(2))
        let viewer = try meeting.viewer("bob")
        meeting.world.run(for: .seconds(3))
        meeting.world.kill(first)
        _ = try meeting.publisher()
        let before = meeting.reception(viewer).packetCount
        meeting.world.run(for: .seconds(3))
        let seen = meeting.reception(viewer)
        #expect(seen.packetCount > before + 200)
        #expect(seen.disorderCount == 0, "numbers go on without a gap")
        #expect(meeting.world.server.statistics().transportCount == 2)
    }

    @Test func `an arena smaller than a burst changes nothing that is sent`() throws {
        var totals: [UInt64] = []
        for capacity in [1500, 4096, SendArena.defaultCapacity] {
            var meeting = Meeting(seed: 7, arenaByteCount: capacity)
            _ = try meeting.publisher()
            meeting.world.run(for: .seconds(1))
            let viewer = try meeting.viewer("bob")
            meeting.world.run(for: .seconds(5))
            #expect(meeting.reception(viewer).disorderCount == 0)
            totals.append(meeting.world.server.statistics().totals.forwardedPackets)
        }
        #expect(Set(totals).count == 1)
    }

    @Test func `too few packet slots for a burst cost packets, and media goes on`() throws {
        var meeting = Meeting(seed: 8, packetSlots: 8)
        _ = try meeting.publisher()
        meeting.world.run(for: .seconds(5))
        let early = meeting.world.server.statistics()
        #expect(early.drops[.slabExhausted] > 0 && early.heldPacketCount <= 8)
        meeting.world.run(for: .seconds(5))
        let late = meeting.world.server.statistics()
        #expect(late.totals.receivedPackets > early.totals.receivedPackets + 300)
    }

    @Test func `strangers change nothing but the counts`() throws {
        var meeting = Meeting(seed: 9)
        let publisher = try meeting.publisher()
        meeting.world.run(for: .seconds(1))
        let stranger = Endpoint(ipv4: 0x0808_0808, port: 9)
        for first in [UInt8](0...255) {
            meeting.world.inject([first] + [UInt8](repeating: 1, count: 60), from: stranger)
        }
        meeting.world.run(for: .seconds(1))
        let drops = meeting.world.server.statistics().drops
        #expect(drops[.malformedSTUN] == 4 && drops[.notRecognized] == 144)
        #expect(drops[.unvalidatedAddress] == 108)
        // The publisher's own address, forged: nothing of it is authentic.
        let address = meeting.world.clients[publisher].address
        for octet in [UInt8](0..<50) {
            meeting.world.inject(
                [0x80, 96, 0, octet] + [UInt8](repeating: 7, count: 80), from: address)
        }
        meeting.world.run(for: .seconds(1))
        let forged = meeting.world.server.statistics().drops
        #expect(forged[.notAuthentic] + forged[.replayed] == 50)
        #expect(meeting.world.server.statistics().producerCount == 2)
    }

    @Test func `a check with a forged source takes nobody's address away`() throws {
        var meeting = Meeting(seed: 12)
        let victim = try meeting.publisher("alice")
        let attacker = try meeting.publisher("mallory")
        meeting.world.run(for: .seconds(1))
        let address = meeting.world.clients[victim].address
        let sent = meeting.world.clients[attacker].lastCheck
        let check = try #require(sent)
        for _ in 0..<30 {
            meeting.world.inject(check, from: address)
            meeting.world.run(for: .milliseconds(100))
        }
        let statistics = meeting.world.server.statistics()
        #expect(statistics.drops[.notAuthentic] == 0, "the victim's media still opens")
        #expect(statistics.drops[.unvalidatedAddress] == 0)
    }

    @Test func `the capture clock reaches the viewer with its media clock`() throws {
        var meeting = Meeting(seed: 10)
        _ = try meeting.publisher()
        meeting.world.run(for: .seconds(1))
        let viewer = try meeting.viewer("bob")
        meeting.world.run(for: .seconds(5))
        let reports = meeting.reception(viewer).reports.values
        #expect(reports.count == 2)
        // Both tracks' reports name the producer's wall clock, in the very same second.
        let seconds = Set(reports.map { $0.ntp >> 32 })
        #expect(seconds.count == 1)
        let start: UInt64 = 1_700_000_000 + 2_208_988_800
        #expect(seconds.allSatisfy { (start...start + 7).contains($0) })
    }

    @Test func `leaving names what is missing, and closes the room behind the last`() throws {
        var meeting = Meeting(seed: 11)
        _ = try meeting.publisher()
        meeting.world.run(for: .seconds(1))
        #expect(throws: SessionError.roomNotFound("elsewhere")) {
            try meeting.world.server.leave(peer: "x", room: "elsewhere", at: meeting.world.now)
        }
        #expect(throws: SessionError.peerNotFound("x")) {
            try meeting.world.server.leave(peer: "x", room: "room", at: meeting.world.now)
        }
        try meeting.world.server.leave(peer: "alice", room: "room", at: meeting.world.now)
        #expect(meeting.world.server.statistics().roomCount == 0)
    }
}
