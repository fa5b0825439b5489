import Testing
import Timing
import WebRTC
import Wire

@testable import SFU

/// Rooms of one worker that have packets to send at the same time.
@Suite struct RoomTurnTests {
    static let publishers = [
        Endpoint(ipv4: 0xCB00_7101, port: 1), Endpoint(ipv4: 0xCB00_7101, port: 2),
    ]
    static let viewers = [
        Endpoint(ipv4: 0xCB00_7102, port: 1), Endpoint(ipv4: 0xCB00_7102, port: 2),
    ]

    @Test func `a room without end does not hold up another for more than its share`() throws {
        var stage = try RoomTurnStage()
        // The other comes first: who came last had all the room there was.
        stage.publish(1)
        var sent: [Endpoint] = []
        for _ in 0..<3 * ActiveRooms.share {
            stage.publish(0)
            if let destination = stage.nextDestination() { sent.append(destination) }
        }
        let wait = try #require(sent.firstIndex(of: Self.viewers[1]))
        #expect(wait <= ActiveRooms.share)
        #expect(sent.count { $0 == Self.viewers[0] } > 2 * ActiveRooms.share)
    }

    @Test func `two rooms without end have equal shares`() throws {
        var stage = try RoomTurnStage()
        var sent: [Endpoint] = []
        for _ in 0..<10 * ActiveRooms.share {
            for room in 0..<2 { stage.publish(room) }
            if let destination = stage.nextDestination() { sent.append(destination) }
        }
        #expect(sent.count { $0 == Self.viewers[0] } == 5 * ActiveRooms.share)
        #expect(sent.count { $0 == Self.viewers[1] } == 5 * ActiveRooms.share)
    }

    @Test func `rooms that come and go keep their order, however long it lasts`() {
        var rooms = Slab<Room>()
        let handles = (0..<100).map {
            rooms.insert(Room(name: "\($0)", title: "", createdMilliseconds: 0))
        }
        var active = ActiveRooms()
        for handle in handles { active.append(handle) }
        var seen: [RoomHandle] = []
        for turn in 0..<1000 {
            guard let current = active.current else { break }
            seen.append(current)
            if turn % 3 == 0 {
                active.removeCurrent()
                active.append(current)
            } else {
                active.passOn()
            }
        }
        #expect(seen == (0..<1000).map { handles[$0 % 100] })
    }

    @Test func `one room alone goes on, and an end leaves nobody`() {
        var rooms = Slab<Room>()
        let room = rooms.insert(Room(name: "r", title: "", createdMilliseconds: 0))
        var active = ActiveRooms()
        active.append(room)
        for run in 1...3 * ActiveRooms.share {
            let isLast = active.hasHadItsShare()
            #expect(isLast == (run % ActiveRooms.share == 0))
            if isLast { active.passOn() }
            #expect(active.current == room)
        }
        active.removeCurrent()
        #expect(active.current == nil)
    }
}

/// A worker with two rooms, in each a publisher and a viewer who has begun; and its way out, which has
/// room for one packet at a time.
private struct RoomTurnStage: ~Copyable {
    var worker = WorkerStage.worker()
    private var publishers = Slab<StagedSession>()
    private var handles: [Slab<StagedSession>.Handle] = []
    private var arena = SendArena(capacity: 60)

    init() throws {
        var wide = SendArena()
        for room in 0..<2 {
            var publisher = try StagedSession(
                .publication, room: "room\(room)", peer: "alice", ssrc: UInt32(room + 1),
                with: &worker)
            var viewer = try StagedSession(
                .subscription, room: "room\(room)", peer: "bob", ssrc: UInt32(room + 11),
                with: &worker)
            worker.take(publisher.request(), from: RoomTurnTests.publishers[room])
            worker.take(viewer.request(), from: RoomTurnTests.viewers[room])
            worker.take(publisher.media(), from: RoomTurnTests.publishers[room])
            while worker.nextTransmit(into: &wide) != nil {}
            handles.append(publishers.insert(publisher))
        }
    }

    /// One packet comes for a room.
    mutating func publish(_ room: Int) {
        let packet = publishers[handles[room]].media()
        worker.receive(
            packet.span.bytes, from: RoomTurnTests.publishers[room], at: WorkerStage.start)
    }

    /// Where the next run goes.
    mutating func nextDestination() -> Endpoint? {
        worker.advance(to: WorkerStage.start)
        arena.removeAll()
        return worker.nextTransmit(into: &arena)?.destination
    }
}
