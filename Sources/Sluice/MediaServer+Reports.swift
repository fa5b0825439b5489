import Reactor
public import SFU

extension MediaServer {
    /// Every room, oldest first.
    public func rooms() async throws(SessionError) -> [RoomSummary] {
        var rooms: [RoomSummary] = []
        for worker in workers {
            rooms += try await Self.ask(worker) { worker in worker.summaries() }
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

    /// Who is in a room on other loops than its home, as they say of themselves.
    func branchPeers(of room: String) async throws(SessionError) -> [PeerProfile] {
        try await branches(of: room).flatMap { $0.peers.map(\.profile) }
    }

    private func branches(of room: String) async throws(SessionError) -> [RoomSnapshot] {
        var branches: [RoomSnapshot] = []
        for loop in placement.loops(of: room).dropFirst() {
            let branch = try await onWorker(loop) { worker, _ in worker.snapshot(ofRoom: room) }
            if let branch { branches.append(branch) }
        }
        return branches
    }

    /// What each worker counts, in their order. A peer on several is counted by the first of all.
    public func statistics() async throws(SessionError) -> [WorkerReport] {
        var reports: [WorkerReport] = []
        for worker in workers {
            let statistics = try await Self.ask(worker) { worker in worker.statistics() }
            do throws(MailboxRefusal) {
                let loop = try await worker.loop.statistics()
                reports.append(WorkerReport(worker: statistics, loop: loop))
            } catch {
                throw error == .full ? .busy : .stopped
            }
        }
        reports[0].worker.peerCount -= placement.repeatedPeerCount
        return reports
    }

    private static func ask<T: Sendable>(
        _ worker: RunningWorker, _ body: @escaping @Sendable (inout Worker) -> T
    ) async throws(SessionError) -> T {
        do throws(MailboxRefusal) {
            return try await worker.loop.run { worker, _ in body(&worker) }
        } catch {
            throw error == .full ? .busy : .stopped
        }
    }
}
