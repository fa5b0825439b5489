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

    @Test(arguments: [false, true])
    func `a room without end holds up another for one arena at most`(isFirst: Bool) throws {
        var stage = try RoomTurnStage()
        if isFirst { stage.publish(0) }
        stage.publish(1)
        var sent: [Endpoint] = []
        for _ in 0..<100 {
            stage.publish(0)
            sent += stage.nextTurn()
        }
        let wait = try #require(sent.firstIndex(of: Self.viewers[1]))
        #expect(wait <= 1, "an arena holds one packet")
        #expect(sent.count { $0 == Self.viewers[0] } >= 99)
    }

    @Test func `an arena at a time, two rooms have equal shares of a long turn`() throws {
        var stage = try RoomTurnStage()
        for _ in 0..<100 { for room in 0..<2 { stage.publish(room) } }
        let sent = stage.nextTurn(arenas: 200)
        #expect(sent.count == 200)
        #expect(sent.prefix(100).count { $0 == Self.viewers[0] } == 50)
    }

    @Test(arguments: [1, 2, 3], [false, true])
    func `rooms without end have equal shares, however much a turn takes`(
        arenas: Int, asksInVain: Bool
    ) throws {
        var stage = try RoomTurnStage()
        var sent: [Endpoint] = []
        for _ in 0..<120 {
            for room in 0..<2 { for _ in 0..<arenas { stage.publish(room) } }
            sent += stage.nextTurn(arenas: arenas, asksInVain: asksInVain)
        }
        #expect(sent.count == 120 * arenas)
        #expect(abs(sent.count { $0 == Self.viewers[0] } - 60 * arenas) <= 1)
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
        active.passOn()
        #expect(active.current == room && !active.areSeveral)
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

    /// Where the packets of one turn go, which empties the arena so many times.
    ///
    /// - Parameter asksInVain: Whether a full arena is asked for more, as a loop does that has places left.
    mutating func nextTurn(arenas: Int = 1, asksInVain: Bool = true) -> [Endpoint] {
        worker.advance(to: WorkerStage.start)
        var sent: [Endpoint] = []
        for _ in 0..<arenas {
            arena.removeAll()
            guard let run = worker.nextTransmit(into: &arena) else { break }
            sent.append(run.destination)
            if asksInVain {
                let more = worker.nextTransmit(into: &arena)
                precondition(more == nil, "the arena is full")
            }
        }
        return sent
    }
}
