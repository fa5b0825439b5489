import SFU
import Simulation
import Testing
import Timing
import WebRTC
import Wire

/// What changes under a session while it lasts: addresses, credentials, what the path does.
@Suite struct PathChangeTests {
    static let elsewhere = Endpoint(ipv4: 0xCB00_7105, port: 6000)

    @Test func `a viewer that changes its address goes on after one check`() throws {
        var meeting = Meeting(seed: 21)
        _ = try meeting.publisher()
        let viewer = try meeting.viewer("bob")
        meeting.world.run(for: .seconds(3))
        meeting.world.move(viewer, to: Self.elsewhere)
        meeting.world.run(for: .seconds(3))
        let seen = meeting.reception(viewer)
        let last = meeting.publication(try #require(meeting.world.clients.handles.first))
        // What was under way to the old address is lost, noticed and sent again.
        #expect(seen.tornFrames.allSatisfy { $0 > last.frameCount - 3 })
        #expect(seen.recoveredCount > 0 && seen.completeFrameCount > 175)
        #expect(meeting.world.server.statistics().transportCount == 2)
    }

    @Test func `a publisher's media from a new address waits for its check`() throws {
        var meeting = Meeting(seed: 22)
        let publisher = try meeting.publisher()
        let viewer = try meeting.viewer("bob")
        meeting.world.run(for: .seconds(3))
        meeting.world.move(publisher, to: Self.elsewhere)
        meeting.world.run(for: .seconds(3))
        let statistics = meeting.world.server.statistics()
        #expect(statistics.drops[.unvalidatedAddress] == 0, "the check went first")
        #expect(statistics.transportCount == 2 && statistics.producerCount == 2)
        let frames = meeting.reception(viewer).tornFrames
        #expect(frames.allSatisfy { $0 > meeting.publication(publisher).frameCount - 3 })
    }

    @Test func `an ICE restart keeps keys, media and consent`() throws {
        var meeting = Meeting(seed: 23)
        let publisher = try meeting.publisher()
        let viewer = try meeting.viewer("bob")
        meeting.world.run(for: .seconds(3))
        let fresh = meeting.world.clients[viewer].renewCredentials()
        let granted = try meeting.world.server.restartICE(
            session: meeting.lastSession, room: "room", remote: fresh)
        meeting.world.clients[viewer].accept(
            ufrag: granted.ufrag, password: granted.password, server: Meeting.server,
            at: meeting.world.now)
        // Longer than consent lasts: only the new credentials can have kept it.
        meeting.world.run(for: .seconds(40))
        let seen = meeting.reception(viewer)
        #expect(seen.disorderCount == 0 && seen.timestampFaultCount == 0)
        #expect(seen.tornFrames.allSatisfy { $0 > meeting.publication(publisher).frameCount - 3 })
        let statistics = meeting.world.server.statistics()
        #expect(statistics.drops[.unknownSession] == 0 && statistics.transportCount == 2)
    }

    @Test func `without the new credentials an ICE restart ends in lost consent`() throws {
        var meeting = Meeting(seed: 24)
        _ = try meeting.publisher()
        let viewer = try meeting.viewer("bob")
        meeting.world.run(for: .seconds(3))
        let fresh = meeting.world.clients[viewer].renewCredentials()
        _ = try meeting.world.server.restartICE(
            session: meeting.lastSession, room: "room", remote: fresh)
        meeting.world.run(for: .seconds(32))
        let statistics = meeting.world.server.statistics()
        #expect(statistics.drops[.unknownSession] > 3 && statistics.transportCount == 1)
    }

    @Test func `a wrong password opens nothing, and is counted`() throws {
        var meeting = Meeting(seed: 25)
        _ = try meeting.publisher()
        let viewer = try meeting.viewer("bob")
        let answered = meeting.world.clients[viewer].session
        let session = try #require(answered)
        meeting.world.clients[viewer].accept(
            ufrag: session, password: "not the password at all", server: Meeting.server,
            at: meeting.world.now)
        meeting.world.run(for: .seconds(1))
        let drops = meeting.world.server.statistics().drops
        #expect(drops[.unauthenticatedSTUN] == 20, "one check each 50 ms")
        let isConnected = meeting.world.clients[viewer].isConnected
        let refused = meeting.world.clients[viewer].refusedCheckCount
        #expect(!isConnected && refused > 15)
        // Nobody validated the address: the session ends by its own time.
        meeting.world.run(for: .seconds(31))
        #expect(meeting.world.server.statistics().transportCount == 1)
    }

    @Test func `a replayed packet is counted and goes nowhere`() throws {
        var meeting = Meeting(seed: 26)
        let publisher = try meeting.publisher()
        meeting.world.run(for: .seconds(2))
        let held = meeting.world.clients[publisher].lastPacket
        let packet = try #require(held)
        meeting.world.run(for: .milliseconds(500))
        let before = meeting.world.server.statistics()
        let address = meeting.world.clients[publisher].address
        for _ in 0..<10 { meeting.world.inject(packet, from: address) }
        meeting.world.run(for: .microseconds(10))
        let after = meeting.world.server.statistics()
        #expect(after.drops[.replayed] == before.drops[.replayed] + 10)
        #expect(after.totals.receivedPackets == before.totals.receivedPackets)
    }

    @Test func `a packet with one bit turned is not authentic, wherever the bit lies`() throws {
        var meeting = Meeting(seed: 27)
        let publisher = try meeting.publisher()
        meeting.world.run(for: .seconds(2))
        let held = meeting.world.clients[publisher].lastPacket
        let packet = try #require(held)
        let address = meeting.world.clients[publisher].address
        for index in packet.indices {
            var forged = packet
            forged[index] ^= 1 << UInt8(index % 8)
            meeting.world.inject(forged, from: address)
        }
        let before = meeting.world.server.statistics().totals.receivedPackets
        meeting.world.run(for: .microseconds(10))
        let after = meeting.world.server.statistics()
        #expect(after.totals.receivedPackets == before)
        #expect(after.drops[.notAuthentic] + after.drops[.replayed] > UInt64(packet.count) - 8)
    }

    @Test func `reordering and doubling cost a viewer nothing`() throws {
        var unruly = SeededLink.Conditions(
            delay: .milliseconds(15), jitter: .milliseconds(5), duplicatesPerTenThousand: 300)
        unruly.reorderedPerTenThousand = 200
        var meeting = Meeting(seed: 28)
        let publisher = try meeting.publisher("alice", unruly)
        let viewer = try meeting.viewer("bob", unruly)
        meeting.world.run(for: .seconds(10))
        let seen = meeting.reception(viewer)
        #expect(seen.disorderCount > 20, "the links were unruly")
        #expect(seen.timestampFaultCount == 0)
        let last = meeting.publication(publisher).frameCount
        #expect(seen.tornFrames.allSatisfy { $0 > last - 8 || $0 == seen.firstFrame })
        let statistics = meeting.world.server.statistics()
        #expect(statistics.drops[.replayed] > 10, "doubled on the way")
        #expect(statistics.drops[.notAuthentic] == 0 && statistics.drops[.malformedRTP] == 0)
    }

    @Test func `a narrow link loses only what its own viewer is sent`() throws {
        var narrow = SeededLink.Conditions(delay: .milliseconds(10))
        narrow.bitsPerSecond = 400_000
        narrow.queueByteCount = 20_000
        var meeting = Meeting(seed: 29)
        let publisher = try meeting.publisher()
        let slow = try meeting.viewer("slow", narrow)
        let quick = try meeting.viewer("quick")
        meeting.world.run(for: .seconds(8))
        #expect(meeting.world.losses(towards: slow).overflowed > 100)
        let seen = meeting.reception(quick)
        #expect(seen.disorderCount == 0)
        #expect(seen.tornFrames.allSatisfy { $0 > meeting.publication(publisher).frameCount - 3 })
    }
}
