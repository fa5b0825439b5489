import SFU
import Synchronization

/// Which loop each session is on: a room's own, or another when that one has enough of its viewers.
///
/// Whoever publishes or joins goes to the room's home. Viewers do until `viewerBound` of them are
/// there; then a branch of the room takes as many on the least loaded other loop, then the next.
final class Placement: Sendable {
    fileprivate struct Seat {
        let room: String
        let peer: String
        let loop: Int
        let isViewer: Bool
    }

    fileprivate struct Crowd {
        var viewers: [Int]  // by loop
        var peers: [String: Set<Int>] = [:]  // on which loops each is

        var isEmpty: Bool { peers.isEmpty && viewers.allSatisfy { $0 == 0 } }
    }

    fileprivate struct State {
        var seats: [String: Seat] = [:]  // by session
        var crowds: [String: Crowd] = [:]  // by room
        var loads: [Int]  // sessions of each loop
        var ended: Set<Int> = []  // loops
        var open: Set<String> = []  // rooms whose closing has not been told
    }

    private let loopCount: Int
    private let viewerBound: Int
    private let state: Mutex<State>

    init(loopCount: Int, viewerBound: Int) {
        (self.loopCount, self.viewerBound) = (loopCount, max(viewerBound, 1))
        state = Mutex(State(loads: [Int](repeating: 0, count: loopCount)))
    }

    /// Where a room is at home: the same on every run and machine.
    func home(of room: String) -> Int {
        let hash = room.utf8.reduce(UInt64(0xCBF2_9CE4_8422_2325)) {
            ($0 ^ UInt64($1)) &* 0x100_0000_01B3  // FNV-1a
        }
        return Int(hash % UInt64(loopCount))
    }

    /// The loops that a room is on, its home first.
    func loops(of room: String) -> [Int] {
        let home = home(of: room)
        let viewers = state.withLock { $0.crowds[room]?.viewers } ?? []
        return [home] + viewers.indices.filter { $0 != home && viewers[$0] > 0 }
    }

    /// The loop of a session; an unknown one would be at its room's home.
    func loop(of session: String, in room: String) -> Int {
        state.withLock { $0.seats[session]?.loop } ?? home(of: room)
    }

    /// Chooses a loop for one more viewer, who counts from now on: `sit` or `giveBack` follows.
    func takeViewer(of room: String) -> Int {
        let home = home(of: room)
        return state.withLock { state in
            var crowd = state.crowds[room] ?? newCrowd
            let loop = loop(for: crowd, home: home, in: state)
            crowd.viewers[loop] += 1
            state.crowds[room] = crowd
            return loop
        }
    }

    /// A viewer for whom a place was taken has not come.
    func giveBack(_ loop: Int, of room: String) {
        state.withLock { $0.leave(loop, of: room) }
    }

    /// A session is there. Called on its loop, before anything can be told of it.
    func sit(
        _ session: String, of peer: String, on loop: Int, in room: String, isViewer: Bool
    ) {
        state.withLock { state in
            state.seats[session] = Seat(room: room, peer: peer, loop: loop, isViewer: isViewer)
            state.loads[loop] += 1
        }
    }

    /// Follows what a loop tells.
    ///
    /// - Returns: What of it is news, and what follows from it: nothing where a peer is on another loop
    ///   too; and the end of a room behind the last peer, where its home can tell of it no more.
    func follow(_ event: WorkerEvent, from loop: Int) -> [WorkerEvent] {
        state.withLock { state in
            switch event {
            case .peerJoined(let room, let peer):
                state.crowds[room, default: newCrowd].peers[peer, default: []].insert(loop)
                return state.crowds[room]?.peers[peer]?.count == 1 ? [event] : []
            case .peerLeft(let room, let peer):
                guard state.leave(peer, from: loop, of: room) else { return [] }
                return [event] + closing(of: room, in: &state)
            case .transportClosed(_, _, let session, _): state.rise(session)
            case .roomOpened(let room): state.open.insert(room)
            case .roomClosed(let room): state.open.remove(room)
            case .producerAdded, .producerClosed, .transportConnected: break
            }
            return [event]
        }
    }

    /// A loop has ended, and tells nothing any more: nobody is there, and nobody is sent there.
    ///
    /// - Returns: What it would have told of those who were. A room at home there that has peers on
    ///   other loops is closed behind the last of them.
    func loopEnded(_ loop: Int) -> [WorkerEvent] {
        state.withLock { state in
            state.ended.insert(loop)
            var events: [WorkerEvent] = []
            for (session, seat) in state.seats.sorted(by: { $0.key < $1.key })
            where seat.loop == loop {
                state.rise(session)
                events.append(
                    .transportClosed(
                        room: seat.room, peer: seat.peer, transport: session, reason: .local))
            }
            let rooms = state.open.union(state.crowds.keys).sorted()
            for room in rooms {
                let peers = state.crowds[room]?.peers.filter { $0.value.contains(loop) } ?? [:]
                for peer in peers.keys.sorted() where state.leave(peer, from: loop, of: room) {
                    events.append(.peerLeft(room: room, peer: peer))
                }
                events += closing(of: room, in: &state)
            }
            return events
        }
    }

    /// The end of a room whose home has ended, once nobody is in it on any loop.
    private func closing(of room: String, in state: inout State) -> [WorkerEvent] {
        guard state.ended.contains(home(of: room)), state.crowds[room]?.peers.isEmpty ?? true,
            state.open.remove(room) != nil
        else { return [] }
        return [.roomClosed(room: room)]
    }

    /// How many peers are counted once too often by loops that count their own.
    var repeatedPeerCount: Int {
        state.withLock { state in
            state.crowds.values.reduce(0) { $0 + $1.peers.values.reduce(0) { $0 + $1.count - 1 } }
        }
    }

    private var newCrowd: Crowd { Crowd(viewers: [Int](repeating: 0, count: loopCount)) }

    /// Home while it has room, then a branch that has, then the least loaded loop without one; with
    /// every loop at the bound, the one with the fewest of the room. A room whose home has ended has
    /// nobody to watch anywhere: its home says so.
    private func loop(for crowd: Crowd, home: Int, in state: State) -> Int {
        let viewers = crowd.viewers
        if state.ended.contains(home) || viewers[home] < viewerBound { return home }
        let loops = viewers.indices.filter { !state.ended.contains($0) }
        if let branch = loops.first(where: { (1..<viewerBound).contains(viewers[$0]) }) {
            return branch
        }
        let fresh = loops.filter { viewers[$0] == 0 }
        return fresh.min { state.loads[$0] < state.loads[$1] }
            ?? loops.min { viewers[$0] < viewers[$1] } ?? home
    }
}

extension Placement.State {
    fileprivate mutating func leave(_ loop: Int, of room: String) {
        crowds[room]?.viewers[loop] -= 1
        if crowds[room]?.isEmpty == true { crowds[room] = nil }
    }

    /// `false` while the peer is on another loop still.
    fileprivate mutating func leave(_ peer: String, from loop: Int, of room: String) -> Bool {
        guard var loops = crowds[room]?.peers[peer] else { return true }
        loops.remove(loop)
        crowds[room]?.peers[peer] = loops.isEmpty ? nil : loops
        if crowds[room]?.isEmpty == true { crowds[room] = nil }
        return loops.isEmpty
    }

    fileprivate mutating func rise(_ session: String) {
        guard let seat = seats.removeValue(forKey: session) else { return }
        loads[seat.loop] -= 1
        if seat.isViewer { leave(seat.loop, of: seat.room) }
    }
}
