import Reactor
import SFU
import Synchronization
import Timing
import Wire

/// The one loop on which all recordings of this process' rooms run.
final class RoomLoop: Sendable {
    /// The recordings that run, as the loop's thread finds them.
    private final class Running: Sendable {
        let recordings = Mutex<[Int: RunningRecording]>([:])
    }

    private struct State {
        var lastID = 0
        var rooms: [Int: String] = [:]  // of the recordings there are
        var following: Task<Void, Never>?
    }

    private let feed: RoomFeed
    private let loop: LoopHandle<RoomRecorder>
    private let running: Running
    private let state = Mutex(State())

    /// Starts its thread.
    init(_ feed: RoomFeed) throws(RecordingError) {
        let running = Running()
        // Nothing comes to its socket: all it hears comes through pipes.
        var configuration = LoopConfiguration(listen: Endpoint(ipv4: 0x7F00_0001, port: 0))
        configuration.pipes = feed.place
        do {
            loop = try startLoop(
                name: "recorder", configuration: configuration, makeEngine: { RoomRecorder() },
                onEvent: { told in
                    running.recordings.withLock { $0[told.recording] }?.take(told.event)
                })
        } catch { throw .system("\(error)") }
        (self.feed, self.running) = (feed, running)
        let (loop, endings) = (loop, feed.endings())
        Task {  // ends with the loop
            guard let error = await loop.ended() else { return }
            let broken = running.recordings.withLock { Array($0.values) }
            for recording in broken { recording.broke(error.description) }
        }
        let following = Task {
            for await ended in endings { loop.post { recorder, _ in recorder.loopEnded(ended) } }
        }
        state.withLock { $0.following = following }
    }

    /// Begins to record a room.
    ///
    /// - Returns: What the recording is called here.
    func add(
        _ order: RecordingOrder, of room: String
    ) async throws(RecordingError) -> Int {
        let (recording, options, clock) = (order.recording, order.options, order.clock)
        let peer = order.request.peer
        let id = state.withLock { state in
            state.lastID += 1
            state.rooms[state.lastID] = room
            return state.lastID
        }
        running.recordings.withLock { $0[id] = recording }
        let isSending: Bool
        do {
            // It knows of the recording before anything of the room comes.
            try await loop.run { recorder, _ in
                recorder.add(id, room: room, peer: peer, options: options, clock: clock)
            }
            isSending = try await feed.observe(room)
        } catch {
            await remove(id)
            guard case .malformedName(let name)? = error as? SessionError else {
                throw .system("\(error)")
            }
            throw .malformedRoom(name)
        }
        recording.control { [loop] intake in
            loop.post { recorder, now in recorder.limit(id, to: intake, at: now) }
        }
        recording.followClock { [loop] clock in
            loop.post { recorder, _ in recorder.follow(clock, id) }
        }
        if !isSending { loop.post { recorder, _ in recorder.noteAbsence(id) } }
        return id
    }

    /// Ends a recording; all it had to tell has been told when this returns. The room is observed until
    /// its last recording ends.
    func remove(_ id: Int) async {
        state.withLock { state in
            guard let room = state.rooms.removeValue(forKey: id),
                !state.rooms.values.contains(room)
            else { return }
            // Under the lock: whoever asks for the room anew asks behind this.
            feed.stopObserving(room)
        }
        try? await loop.run { recorder, now in recorder.remove(id, at: now) }
        // The turn that ran this has told all when the next one runs anything.
        try? await loop.run { _, _ in }
        _ = running.recordings.withLock { $0.removeValue(forKey: id) }
    }

    /// Ends the thread, and observes no room any more: what is still being removed has none to leave, for
    /// another loop may observe it by then.
    func stop() async {
        state.withLock { state in
            state.following?.cancel()
            for room in Set(state.rooms.values) { feed.stopObserving(room) }
            state.rooms = [:]
        }
        await loop.stop()
    }
}
