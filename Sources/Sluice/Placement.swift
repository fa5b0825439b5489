import SFU
import Synchronization

/// Which loop each session is on: a room's own, or another when that one has enough of its watchers.
///
/// Whoever publishes or joins goes to the room's home. Watchers do until `watcherBound` of them are
/// there; then a branch of the room takes as many on the least loaded other loop, then the next.
final class Placement: Sendable {
    fileprivate struct Seat {
        let room: String
        let loop: Int
        let isWatcher: Bool
    }

    fileprivate struct Crowd {
        var watchers: [Int]  // by loop
        var peers: [String: Int] = [:]  // on how many loops each is

        var isEmpty: Bool { peers.isEmpty && watchers.allSatisfy { $0 == 0 } }
    }

    fileprivate struct State {
        var seats: [String: Seat] = [:]  // by session
        var crowds: [String: Crowd] = [:]  // by room
        var loads: [Int]  // sessions of each loop
    }

    private let loopCount: Int
    private let watcherBound: Int
    private let state: Mutex<State>

    init(loopCount: Int, watcherBound: Int) {
        (self.loopCount, self.watcherBound) = (loopCount, max(watcherBound, 1))
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
        let watchers = state.withLock { $0.crowds[room]?.watchers } ?? []
        return [home] + watchers.indices.filter { $0 != home && watchers[$0] > 0 }
    }

    /// The loop of a session; an unknown one would be at its room's home.
    func loop(of session: String, in room: String) -> Int {
        state.withLock { $0.seats[session]?.loop } ?? home(of: room)
    }

    /// Chooses a loop for one more watcher, who counts from now on: `sit` or `giveBack` follows.
    func takeWatcher(of room: String) -> Int {
        let home = home(of: room)
        return state.withLock { state in
            var crowd = state.crowds[room] ?? newCrowd
            let loop = loop(for: crowd, home: home, loads: state.loads)
            crowd.watchers[loop] += 1
            state.crowds[room] = crowd
            return loop
        }
    }

    /// A watcher for whom a place was taken has not come.
    func giveBack(_ loop: Int, of room: String) {
        state.withLock { $0.leave(loop, of: room) }
    }

    /// A session is there. Called on its loop, before anything can be told of it.
    func sit(_ session: String, on loop: Int, of room: String, isWatcher: Bool) {
        state.withLock { state in
            state.seats[session] = Seat(room: room, loop: loop, isWatcher: isWatcher)
            state.loads[loop] += 1
        }
    }

    /// Follows what a loop tells; `false` for what is no news, as a peer that is on another loop too.
    func admits(_ event: WorkerEvent) -> Bool {
        switch event {
        case .peerJoined(let room, let peer):
            return state.withLock { state in
                state.crowds[room, default: newCrowd].peers[peer, default: 0] += 1
                return state.crowds[room]?.peers[peer] == 1
            }
        case .peerLeft(let room, let peer):
            return state.withLock { $0.leave(peer, of: room) }
        case .transportClosed(_, _, let session, _):
            state.withLock { $0.rise(session) }
            return true
        case .roomOpened, .roomClosed, .producerAdded, .producerClosed, .transportConnected:
            return true
        }
    }

    /// How many peers are counted once too often by loops that count their own.
    var repeatedPeerCount: Int {
        state.withLock { state in
            state.crowds.values.reduce(0) { $0 + $1.peers.values.reduce(0) { $0 + $1 - 1 } }
        }
    }

    private var newCrowd: Crowd { Crowd(watchers: [Int](repeating: 0, count: loopCount)) }

    /// Home while it has room, then a branch that has, then the least loaded loop without one; with
    /// every loop at the bound, the one with the fewest of the room.
    private func loop(for crowd: Crowd, home: Int, loads: [Int]) -> Int {
        if crowd.watchers[home] < watcherBound { return home }
        let loops = crowd.watchers.indices
        if let branch = loops.first(where: { (1..<watcherBound).contains(crowd.watchers[$0]) }) {
            return branch
        }
        if let fresh = loops.filter({ crowd.watchers[$0] == 0 }).min(by: { loads[$0] < loads[$1] })
        {
            return fresh
        }
        return loops.min { crowd.watchers[$0] < crowd.watchers[$1] } ?? home
    }
}

extension Placement.State {
    fileprivate mutating func leave(_ loop: Int, of room: String) {
        crowds[room]?.watchers[loop] -= 1
        if crowds[room]?.isEmpty == true { crowds[room] = nil }
    }

    fileprivate mutating func leave(_ peer: String, of room: String) -> Bool {
        guard let count = crowds[room]?.peers[peer] else { return true }
        crowds[room]?.peers[peer] = count > 1 ? count - 1 : nil
        if crowds[room]?.isEmpty == true { crowds[room] = nil }
        return count == 1
    }

    fileprivate mutating func rise(_ session: String) {
        guard let seat = seats.removeValue(forKey: session) else { return }
        loads[seat.loop] -= 1
        if seat.isWatcher { leave(seat.loop, of: seat.room) }
    }
}
