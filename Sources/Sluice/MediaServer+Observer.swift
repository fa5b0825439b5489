import Reactor
public import SFU

// Rooms for a loop of the host's own that has no peer in them: a recorder's.

extension MediaServer {
    /// Has a room's frames come to the observer's loop, now or whenever anybody sends in it, until
    /// `stopObserving`. The room closes with its last peer all the same. Twice is harmless.
    ///
    /// What comes is a branch of the room (`SFU.PipeFrame`): its tracks, then the packets of those that
    /// the observer says it wants, in the clear, and their senders' clocks.
    ///
    /// - Returns: Whether anybody sends in it now.
    public func observe(room: String) async throws(SessionError) -> Bool {
        let loop = observingLoop
        return try await onWorker(of: room) { worker, now throws(SessionError) in
            try worker.observe(room: room, from: loop, at: now)
        }
    }

    /// Has a room's frames come no longer. It is carried out in the order of the calls.
    public func stopObserving(room: String) {
        let loop = observingLoop
        workers[placement.home(of: room)].loop.post { worker, now in
            worker.stopObserving(room: room, from: loop, at: now)
        }
    }

    /// Workers that end before `stop`, counted from 0: nothing comes from them any more. Ends with the
    /// last of them.
    public var endings: AsyncStream<Int> {
        let loops = workers.map(\.loop)
        let (stream, continuation) = AsyncStream.makeStream(
            of: Int.self, bufferingPolicy: .bufferingOldest(loops.count))  // each ends once
        let looking = Task {
            await withTaskGroup(of: Void.self) { group in
                for (index, loop) in loops.enumerated() {
                    group.addTask {
                        if await loop.ended() != nil { continuation.yield(index) }
                    }
                }
            }
            continuation.finish()
        }
        continuation.onTermination = { _ in looking.cancel() }
        return stream
    }

    /// Behind the workers: the loop that looks on has the last place.
    private var observingLoop: Int {
        precondition(
            observerPlace != nil, "set MediaServerConfiguration.hasObserver before observing a room"
        )
        return workers.count
    }
}
