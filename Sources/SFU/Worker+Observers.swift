public import Timing
import Wire

// Loops that look on at rooms without a peer in them: a recorder's.

extension Worker {
    /// Lets a room go on on a loop that only looks on: at once where anybody sends in it, else as soon as
    /// somebody does, and again whenever it opens, until `stopObserving`.
    ///
    /// That loop is told what a branch is told, and answers as a branch does. It keeps no room open: one
    /// that is only observed closes with its last peer.
    ///
    /// - Returns: Whether anybody sends in it now.
    public mutating func observe(
        room name: String, from loop: Int, at now: Instant
    ) throws(SessionError) -> Bool {
        schedule.now = now
        guard Self.isWellFormed(name) else { throw .malformedName(name) }
        guard pipes.takesMessages(to: loop) else { throw .busy }
        guard pipes.observers[name] != nil || pipes.observers.count < configuration.roomLimit
        else { throw .tooManyRooms(limit: configuration.roomLimit) }
        pipes.observers[name, default: []].insert(loop)
        guard let room = directory.room(name), rooms[room].origin == .home else { return false }
        openForObservers(room)
        return rooms[room].router.producers.count > 0
    }

    /// A loop looks on no longer: it is told that the room is over for it.
    public mutating func stopObserving(room name: String, from loop: Int, at now: Instant) {
        schedule.now = now
        pipes.observers[name]?.remove(loop)
        if pipes.observers[name]?.isEmpty == true { pipes.observers[name] = nil }
        guard let room = directory.room(name),
            let branch = rooms[room].branches.first(where: { $0.loop == loop })
        else { return }
        tell(PipeFrame(.branchClosed, branch.number).message(), to: loop)
        forgetBranch(of: room, on: loop)
    }

    /// Opens a room in which somebody sends to those who look on and have no branch of it.
    mutating func openForObservers(_ room: RoomHandle) {
        guard let loops = pipes.observers[rooms[room].name],
            rooms[room].router.producers.count > 0
        else { return }
        for loop in loops.sorted() where !rooms[room].branches.contains(where: { $0.loop == loop })
        {
            openBranch(of: room, on: loop)
        }
    }

    /// Whether nobody is in a room on another loop: there it is looked on at alone, or not at all.
    func isHereAlone(_ room: RoomHandle) -> Bool {
        guard !rooms[room].branches.isEmpty else { return true }
        guard let observers = pipes.observers[rooms[room].name] else { return false }
        return rooms[room].branches.allSatisfy { observers.contains($0.loop) }
    }
}
