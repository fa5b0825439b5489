import Timing
import WebRTC
import Wire

extension Worker {
    /// Lets a peer into a room, opening the room for the first.
    ///
    /// - Returns: The other peers, in the order they joined.
    public mutating func join(
        _ profile: PeerProfile, room name: String, title: String? = nil, at now: Instant
    ) throws(SessionError) -> [PeerProfile] {
        schedule.now = now
        for text in [title ?? "", profile.userID, profile.email, profile.fullName, profile.role]
        where !text.isEmpty && !Self.isWellFormed(text) {
            throw .malformedName(text)
        }
        let room = try openRoom(name, title: title)
        guard rooms[room].indexOfPeer(profile.id) == nil else { throw .peerExists(profile.id) }
        let others = rooms[room].peers.map(\.profile)
        try add(profile, to: room, isImplicit: false, at: now)
        return others
    }

    /// Takes a peer out of its room, with all its sessions; the last one out closes the room.
    public mutating func leave(
        peer: String, room name: String, at now: Instant
    ) throws(SessionError) {
        schedule.now = now
        guard let room = directory.room(name) else { throw .roomNotFound(name) }
        guard let index = rooms[room].indexOfPeer(peer) else { throw .peerNotFound(peer) }
        for transport in rooms[room].peers[index].transports { end(transport, reason: .local) }
        removePeer(peer, from: room)
    }

    /// The room of that name, opened if there is none.
    mutating func openRoom(
        _ name: String, title: String? = nil
    ) throws(SessionError) -> RoomHandle {
        if let room = directory.room(name) { return room }
        guard Self.isWellFormed(name) else { throw .malformedName(name) }
        guard rooms.count < configuration.roomLimit else {
            throw .tooManyRooms(limit: configuration.roomLimit)
        }
        let room = rooms.insert(
            Room(
                name: name, title: title ?? name,
                createdMilliseconds: milliseconds(at: schedule.now)))
        directory.add(room: name, room)
        emit(.roomOpened(room: name))
        return room
    }

    /// Adds a peer to a room; one that stays empty, because it is refused, is closed again. A branch is
    /// not: others may be on their way to it.
    mutating func add(
        _ profile: PeerProfile, to room: RoomHandle, isImplicit: Bool, at now: Instant
    ) throws(SessionError) {
        defer { if rooms[room].origin == .home { closeRoomIfEmpty(room) } }
        guard Self.isWellFormed(profile.id) else { throw .malformedName(profile.id) }
        guard rooms[room].peers.count < configuration.peerLimit else {
            throw .roomFull(limit: configuration.peerLimit)
        }
        rooms[room].peers.append(
            Peer(
                profile: profile, joinedMilliseconds: milliseconds(at: now),
                order: rooms[room].joinedCount, isImplicit: isImplicit))
        rooms[room].joinedCount &+= 1
        emit(.peerJoined(room: rooms[room].name, peer: profile.id))
    }

    /// Takes a peer without sessions out, and the room with its last peer.
    mutating func removePeer(_ peer: String, from room: RoomHandle) {
        // With its last session an implicit peer has gone already, and the room perhaps with it.
        guard rooms.contains(room), let index = rooms[room].indexOfPeer(peer) else { return }
        rooms[room].peers.remove(at: index)
        emit(.peerLeft(room: rooms[room].name, peer: peer))
        closeRoomIfEmpty(room)
    }

    /// Closes a room in which nobody is left, here or on another loop.
    mutating func closeRoomIfEmpty(_ room: RoomHandle) {
        guard rooms.contains(room), rooms[room].peers.isEmpty, isHereAlone(room) else { return }
        closeBranches(of: room)
        let origin = rooms[room].origin
        if case .branch(let key) = origin { leaveBranch(key, in: room) }
        let name = rooms[room].name
        directory.remove(room: name)
        totals.absorb(rooms[room].router)
        drops.merge(rooms[room].router.drops)
        _ = rooms.remove(room)
        if origin == .home { emit(.roomClosed(room: name)) }
    }

    func milliseconds(at now: Instant) -> Int64 {
        configuration.clock.unixNanoseconds(at: now) / 1_000_000
    }

    /// Names travel in paths, headers and logs: short, and without control characters.
    static func isWellFormed(_ name: String) -> Bool {
        (1...128).contains(name.utf8.count)
            && name.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
    }
}
