// Rooms of this process, recorded without a session.

extension Recordings {
    /// Whether rooms of this process can be recorded, as `room:` and their names.
    public nonisolated var hasRooms: Bool { rooms != nil }

    /// - Throws: Also where the recording has been stopped meanwhile.
    func beginRoom(_ room: String, _ order: RecordingOrder) async throws(RecordingError) {
        let (wasShown, life) = (isWanted(order), life)
        let source = try await startRoom(room, order)
        guard wasShown ? isWanted(order) : life == self.life else {
            await source.close()
            throw .system(Self.stoppedMeanwhile)
        }
        add(order, source)
    }

    /// Begins to record a room on the loop of all rooms, which is started with the first.
    private func startRoom(
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
