import SDP
public import SFU
import Timing

// Where a viewer is seated, and what is done for that: who waits for a producer, and a room that goes
// on on another loop.

extension MediaServer {
    /// Sends a peer what the room's producers send.
    ///
    /// `source` is the producing peer to watch, or `nil` for the first that there is; `patience` is how
    /// long to wait for somebody to produce, if nobody does yet.
    public func subscribe(
        offer: String, room: String, peer: String, to source: String? = nil,
        waiting patience: Duration = .zero
    ) async throws(SessionError) -> Session {
        let offer = try SessionDescription(offered: offer)
        let happenings = events  // from before the first try, so that no producer is missed
        do throws(SessionError) {
            return try await subscribe(offer, room, peer, source)
        } catch .nothingToConsume where patience > .zero {
            await Self.firstProducer(in: room, of: source, among: happenings, within: patience)
            return try await subscribe(offer, room, peer, source)
        }
    }

    private func subscribe(
        _ offer: SessionDescription, _ room: String, _ peer: String, _ source: String?
    ) async throws(SessionError) -> Session {
        let (placement, loop) = (placement, placement.takeViewer(of: room))
        let subscribe = { @Sendable (worker: inout Worker, now: Instant) throws(SessionError) in
            let answer = try worker.subscribe(offer, room: room, peer: peer, to: source, at: now)
            placement.sit(answer.id, of: peer, on: loop, in: room, isViewer: true)
            return Session(answer)
        }
        do throws(SessionError) {
            for _ in 0..<Self.branchTries {
                do throws(SessionError) {
                    return try await onWorker(loop, subscribe)
                } catch .nothingToConsume where loop != placement.home(of: room) {
                    try await openBranch(of: room, on: loop, toWatch: source)
                }
            }
            return try await onWorker(loop, subscribe)
        } catch {
            placement.giveBack(loop, of: room)
            throw error
        }
    }

    private static let branchTries = 2  // the last viewer of one just opened may leave before us

    /// Has a room go on on another loop, and returns once that loop will know of it before it hears
    /// anything that follows.
    private func openBranch(
        of room: String, on loop: Int, toWatch source: String?
    ) async throws(SessionError) {
        try await onWorker(of: room) { worker, now throws(SessionError) in
            try worker.openBranch(ofRoom: room, on: loop, toWatch: source, at: now)
        }
        // The turn that ran this has ended, and left all it told in the pipe, when the next begins.
        let isTold = try await onWorker(of: room) { worker, _ in
            !worker.hasRefusedFrames(for: loop)
        }
        guard isTold else { throw .busy }
    }

    private static func firstProducer(
        in room: String, of source: String?, among events: AsyncStream<WorkerEvent>,
        within patience: Duration
    ) async {
        await withTaskGroup { group in
            group.addTask {
                for await case .producerAdded(room, let peer, _, _) in events
                where source == nil || peer == source { return }
            }
            group.addTask { try? await Task.sleep(for: patience) }
            await group.next()
            group.cancelAll()
        }
    }
}
