import Testing
import Timing
import WebRTC
import Wire

@testable import SFU

/// An address that several sessions claim: with a session of one's own, a check can be sent from anywhere.
@Suite struct ContestedAddressTests {
    static let place = Endpoint(ipv4: 0xCB00_7101, port: 7000)  // the victim's
    static let elsewhere = Endpoint(ipv4: 0xCB00_7102, port: 7000)

    /// A session that is connected at its own address.
    private static func mallory(with worker: inout Worker) throws -> StagedSession {
        var session = try StagedSession(
            .publication, room: "elsewhere", peer: "mallory", ssrc: 66, with: &worker)
        worker.take(session.request(), from: elsewhere)
        return session
    }

    private static func publisher(
        _ peer: String = "alice", ssrc: UInt32 = 7, with worker: inout Worker
    ) throws -> StagedSession {
        try StagedSession(.publication, room: "r", peer: peer, ssrc: ssrc, with: &worker)
    }

    @Test func `who claims an address before its owner comes does not keep him out`() throws {
        var worker = WorkerStage.worker()
        var forger = try Self.mallory(with: &worker)
        var owner = try Self.publisher(with: &worker)
        worker.take(forger.request(), from: Self.place)
        worker.take(owner.request(), from: Self.place)
        for _ in 0..<50 {
            worker.take(owner.media(), from: Self.place)
            worker.take(forger.request(), from: Self.place)
        }
        #expect(worker.totals.receivedPackets == 50 && worker.dropped.isEmpty)
        #expect(worker.directory.transport(at: Self.place) == owner.handle)
    }

    @Test func `who claims an address after its owner does not silence him`() throws {
        var worker = WorkerStage.worker()
        var forger = try Self.mallory(with: &worker)
        var owner = try Self.publisher(with: &worker)
        worker.take(owner.request(), from: Self.place)
        worker.take(owner.media(), from: Self.place)
        for _ in 0..<50 {
            worker.take(forger.request(), from: Self.place)
            worker.take(forger.media(), from: Self.place)
            worker.take(owner.media(), from: Self.place)
        }
        #expect(worker.totals.receivedPackets == 101, "each is opened with its own keys")
        #expect(worker.dropped.isEmpty)
    }

    @Test func `feedback from a contested address is heard`() throws {
        var worker = WorkerStage.worker()
        var forger = try Self.mallory(with: &worker)
        _ = try Self.publisher(with: &worker)
        var viewer = try StagedSession(
            .subscription, room: "r", peer: "bob", ssrc: 9, with: &worker)
        worker.take(forger.request(), from: Self.place)
        worker.take(forger.nack(), from: Self.place)
        worker.take(viewer.request(), from: Self.place)
        for _ in 0..<10 { worker.take(viewer.nack(), from: Self.place) }
        #expect(worker.totals.nacks == 11 && worker.dropped.isEmpty)
        #expect(worker.directory.transport(at: Self.place) == viewer.handle)
    }

    @Test func `what nobody's keys open is counted once, as before`() throws {
        var worker = WorkerStage.worker()
        var forger = try Self.mallory(with: &worker)
        var owner = try Self.publisher(with: &worker)
        worker.take(owner.request(), from: Self.place)
        worker.take(forger.request(), from: Self.place)
        let packet = owner.media()
        worker.take(packet, from: Self.place)
        worker.take(packet, from: Self.place)
        var torn = owner.media()
        torn[20] ^= 1
        worker.take(torn, from: Self.place)
        #expect(worker.dropped == [.replayed: 1, .notAuthentic: 1])
        #expect(worker.totals.receivedPackets == 1)
    }

    @Test(arguments: [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]])
    func `an address is left to those who stay`(order: [Int]) throws {
        var worker = WorkerStage.worker()
        var sessions = Slab<StagedSession>()
        var handles: [Slab<StagedSession>.Handle] = []
        for number in 0..<3 {
            let session = try Self.publisher(
                "peer\(number)", ssrc: UInt32(number + 1), with: &worker)
            handles.append(sessions.insert(session))
            worker.take(sessions[handles[number]].request(), from: Self.place)
        }
        for (gone, number) in order.enumerated() {
            try worker.close(
                session: sessions[handles[number]].id, room: "r", at: WorkerStage.start)
            worker.checkInvariants()
            let before = worker.totals.receivedPackets
            for other in order[(gone + 1)...] {
                worker.take(sessions[handles[other]].media(), from: Self.place)
            }
            #expect(worker.totals.receivedPackets == before + UInt64(2 - gone))
        }
        #expect(worker.directory.transport(at: Self.place) == nil)
        #expect(!worker.directory.isContested(Self.place))
    }

    @Test func `beyond the bound the one gives way that has opened nothing, the oldest first`()
        throws
    {
        var worker = WorkerStage.worker()
        var owner = try Self.publisher(with: &worker)
        worker.take(owner.request(), from: Self.place)
        worker.take(owner.media(), from: Self.place)
        var others: [TransportHandle] = []
        for number in 0..<20 {
            var other = try Self.publisher(
                "peer\(number)", ssrc: UInt32(number + 100), with: &worker)
            worker.take(other.request(), from: Self.place)
            others.append(other.handle)
        }
        #expect(worker.dropped == [.addressInUse: 13])
        #expect(worker.directory.otherClaimants(of: Self.place) == others.suffix(7).reversed())
        worker.take(owner.media(), from: Self.place)
        #expect(worker.totals.receivedPackets == 2)
    }

    @Test func `of those that have opened something, who did so least recently gives way`() throws {
        var worker = WorkerStage.worker()
        var sessions = Slab<StagedSession>()
        var handles: [Slab<StagedSession>.Handle] = []
        for number in 0..<9 {
            let session = try Self.publisher(
                "peer\(number)", ssrc: UInt32(number + 1), with: &worker)
            handles.append(sessions.insert(session))
        }
        for number in 0..<8 {
            worker.take(sessions[handles[number]].request(), from: Self.place)
            worker.take(sessions[handles[number]].media(), from: Self.place)
        }
        worker.take(sessions[handles[0]].media(), from: Self.place)  // leaves 1 behind all
        worker.take(sessions[handles[8]].request(), from: Self.place)
        let left = handles.map { worker.directory.isClaimed(Self.place, by: sessions[$0].handle) }
        #expect(left == [true, false, true, true, true, true, true, true, true])
        worker.take(sessions[handles[1]].request(), from: Self.place)  // and comes back
        worker.take(sessions[handles[1]].media(), from: Self.place)
        #expect(worker.totals.receivedPackets == 10 && worker.dropped == [.addressInUse: 2])
    }

    @Test func `a session gives up the address that has been unchecked the longest`() throws {
        var worker = WorkerStage.worker()
        var peer = try Self.publisher(with: &worker)
        worker.take(peer.request(), from: Self.place)
        for port in 1...15 {
            worker.take(peer.request(), from: Endpoint(ipv4: 0xCB00_7103, port: UInt16(port)))
        }
        worker.take(peer.request(), from: Self.place)
        worker.take(peer.request(), from: Endpoint(ipv4: 0xCB00_7103, port: 16))
        worker.take(peer.media(), from: Self.place)
        #expect(worker.totals.receivedPackets == 1 && worker.dropped.isEmpty)
        worker.take(peer.media(), from: Endpoint(ipv4: 0xCB00_7103, port: 1))
        #expect(worker.dropped == [.unvalidatedAddress: 1], "the second of its addresses")
    }

    @Test func `a session that checks from one address more than it may have gives up the oldest`()
        throws
    {
        var worker = WorkerStage.worker()
        var forger = try Self.mallory(with: &worker)
        var owner = try Self.publisher(with: &worker)
        worker.take(forger.request(), from: Self.place)
        worker.take(owner.request(), from: Self.place)
        for port in 1...16 {
            worker.take(
                forger.request(), from: Endpoint(ipv4: 0xCB00_7103, port: UInt16(port)))
        }
        #expect(worker.directory.transport(at: Self.place) == owner.handle)
        #expect(!worker.directory.isContested(Self.place))
        worker.take(owner.media(), from: Self.place)
        #expect(worker.totals.receivedPackets == 1 && worker.dropped.isEmpty)
    }
}
