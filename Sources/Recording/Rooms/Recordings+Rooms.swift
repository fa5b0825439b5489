// Rooms of this process, recorded without a session.

extension Recordings {
    /// Whether rooms of this process can be recorded, as `room:` and their names.
    public nonisolated var hasRooms: Bool { rooms != nil }

    /// Begins to record a room on the loop of all rooms, which is started with the first.
    func startRoom(
        _ room: String, _ order: RecordingOrder
    ) async throws(RecordingError) -> RunningSource {
        guard let rooms else { throw .unsupportedSource }
        let loop: RoomLoop
        if let roomLoop { loop = roomLoop } else { loop = try RoomLoop(rooms) }
        roomLoop = loop
        let id = try await loop.add(order, of: room)
        return RunningSource { await loop.remove(id) }
    }
}
