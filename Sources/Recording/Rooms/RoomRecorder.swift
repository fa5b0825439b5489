import SFU
import Timing
import Wire

/// Records rooms of this process, any number of recordings of any of them: the frames that their loops
/// write into pipes in, the octets of files out.
///
/// It is the other end of the branches that `SFU.Worker.observe` opens. Of a room's tracks it wants what
/// is recorded, one peer's first picture and first sound, however many recordings there are of it.
struct RoomRecorder: ~Copyable, Engine {
    /// What one of the recordings has to tell.
    struct Event {
        let recording: Int
        let event: RecordingEvent
    }

    typealias Handle = Slab<RoomRecording>.Handle

    /// Frames that made no sense: a bug of ours.
    var malformedFrames = 0

    var rooms: [PipedTrack.Key: String] = [:]  // by their branches
    var tracks: [PipedTrack.Key: PipedTrack] = [:]
    var recordings = Slab<RoomRecording>()
    var handles: [Int: Handle] = [:]
    var unsettled: Set<String> = []  // rooms whose tracks or recordings have changed
    var deadlines = DeadlineQueue()
    var listed: [Handle] = []  // with something to tell
    var farewells: [Event] = []  // of recordings that are over
    var outlets: [[PipeFrame]] = []  // by loop

    /// No recordings yet.
    init() {}

    /// Begins to record a room, as soon as there is something to record.
    ///
    /// - Parameters:
    ///   - id: By which its events are known.
    ///   - room: Of which room.
    ///   - peer: Whom of it; `nil` for the first who sends.
    ///   - options: How it is cut into files.
    ///   - clock: The wall clock, for cuts on it.
    mutating func add(
        _ id: Int, room: String, peer: String? = nil, options: RecordingOptions, clock: ClockMap
    ) {
        handles[id] = recordings.insert(
            RoomRecording(id: id, room: room, peer: peer, options: options, clock: clock))
        unsettled.insert(room)
    }

    /// Ends a recording and its file.
    mutating func remove(_ id: Int, at now: Instant) {
        guard let handle = handles.removeValue(forKey: id), recordings.contains(handle) else {
            return
        }
        recordings[handle].close(at: now)
        while let event = recordings[handle].nextEvent() {
            farewells.append(Event(recording: id, event: event))
        }
        deadlines.set(handle.index, to: nil)
        unsettled.insert(recordings[handle].room)
        _ = recordings.remove(handle)
    }

    /// The room's loop has said that nobody sends in it; told, unless somebody does by now.
    mutating func noteAbsence(_ id: Int) {
        guard let handle = handles[id] else { return }
        recordings[handle].noteAbsence()
        touch(handle)
    }

    /// A recording writes less from now on, or all again.
    mutating func limit(_ id: Int, to intake: RecordingIntake, at now: Instant) {
        guard let handle = handles[id] else { return }
        recordings[handle].limit(to: intake, at: now)
        touch(handle)
    }

    /// A recording's files are dated by this from the next one on.
    mutating func follow(_ clock: ClockMap, _ id: Int) {
        guard let handle = handles[id] else { return }
        recordings[handle].follow(clock)
    }

    /// Nothing comes from a loop any more.
    mutating func loopEnded(_ loop: Int) {
        for branch in rooms.keys where branch.loop == loop { close(branch) }
    }

    /// Takes no datagrams.
    mutating func receive(_ bytes: RawSpan, from source: Endpoint, at now: Instant) {}

    /// Sends no datagrams.
    mutating func nextTransmit(into arena: inout SendArena) -> Transmit? { nil }

    /// Follows what has changed in the rooms, and does all that is due.
    mutating func advance(to now: Instant) {
        for room in unsettled.sorted() { settle(room, at: now) }
        unsettled.removeAll()
        while let index = deadlines.popDue(at: now) {
            guard let handle = recordings.handle(at: index) else { continue }
            recordings[handle].advance(to: now)
            touch(handle)
        }
    }

    var nextDeadline: Instant? { deadlines.next }

    mutating func nextEvent() -> Event? {
        guard farewells.isEmpty else { return farewells.removeFirst() }
        while let handle = listed.last {
            if recordings.contains(handle) {
                if let event = recordings[handle].nextEvent() {
                    return Event(recording: recordings[handle].id, event: event)
                }
                recordings[handle].isListed = false
            }
            listed.removeLast()
        }
        return nil
    }

    func hasFrames(for loop: Int) -> Bool {
        outlets.indices.contains(loop) && !outlets[loop].isEmpty
    }

    mutating func nextFrame(to loop: Int, into slot: UnsafeMutableRawBufferPointer) -> Int? {
        guard hasFrames(for: loop), let base = slot.baseAddress else { return nil }
        outlets[loop].removeFirst().write(to: base)
        return PipeFrame.headByteCount
    }
}
