public import SFU

extension MediaServer {
    /// Every room, oldest first; a worker that has ended has none.
    public func rooms() async throws(SessionError) -> [RoomSummary] {
        var rooms: [RoomSummary] = []
        for worker in try runningWorkers() {
            rooms += try await worker.run { worker, _ in worker.summaries() }
        }
        for index in rooms.indices where placement.loops(of: rooms[index].room).count > 1 {
            guard let whole = try? await room(rooms[index].room) else { continue }
            rooms[index] = whole.summary
        }
        return rooms.sorted {
            ($0.createdMilliseconds, $0.room) < ($1.createdMilliseconds, $1.room)
        }
    }

    /// One room and all in it.
    public func room(_ name: String) async throws(SessionError) -> RoomSnapshot {
        var room = try await onWorker(of: name) { worker, _ throws(SessionError) in
            guard let snapshot = worker.snapshot(ofRoom: name) else { throw .roomNotFound(name) }
            return snapshot
        }
        for branch in try await branches(of: name) { room.merge(branch) }
        return room
    }

    /// What other loops than its home say of a room.
    func branches(of room: String) async throws(SessionError) -> [RoomSnapshot] {
        var branches: [RoomSnapshot] = []
        for loop in placement.loops(of: room).dropFirst() {
            let branch = try await onWorker(loop) { worker, _ in worker.snapshot(ofRoom: room) }
            if let branch { branches.append(branch) }
        }
        return branches
    }

    /// What each worker that runs counts, in their order. A peer on several is counted by the first.
    public func statistics() async throws(SessionError) -> [WorkerReport] {
        var reports: [WorkerReport] = []
        for worker in try runningWorkers() { reports.append(try await worker.report()) }
        reports[0].worker.peerCount -= placement.repeatedPeerCount
        return reports
    }

    /// Those that have not ended: one that did does not hide what the others do.
    private func runningWorkers() throws(SessionError) -> [RunningWorker] {
        let running = workers.filter { !$0.loop.hasEnded }
        guard !running.isEmpty else { throw .stopped }
        return running
    }
}
