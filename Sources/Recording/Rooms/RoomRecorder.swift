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
    private(set) var malformedFrames = 0

    private var rooms: [PipedTrack.Key: String] = [:]  // by their branches
    private var tracks: [PipedTrack.Key: PipedTrack] = [:]
    private var recordings = Slab<RoomRecording>()
    private var handles: [Int: Handle] = [:]
    private var unsettled: Set<String> = []  // rooms whose tracks or recordings have changed
    private var deadlines = DeadlineQueue()
    private var listed: [Handle] = []  // with something to tell
    private var farewells: [Event] = []  // of recordings that are over
    private var outlets: [[PipeFrame]] = []  // by loop

    /// No recordings yet.
    init() {}

    /// Begins to record a room, as soon as there is something to record.
    mutating func add(
        _ id: Int, room: String, options: RecordingOptions, clock: ClockMap, at now: Instant
    ) {
        handles[id] = recordings.insert(
            RoomRecording(id: id, room: room, options: options, clock: clock))
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
    mutating func limit(_ id: Int, to intake: RecordingIntake) {
        guard let handle = handles[id] else { return }
        recordings[handle].limit(to: intake)
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

// MARK: What frames tell

extension RoomRecorder {
    mutating func receiveFrame(_ bytes: RawSpan, from loop: Int, at now: Instant) {
        var reader = ByteReader(bytes)
        do throws(ParseError) {
            let frame = try PipeFrame(parsing: &reader)
            let key = PipedTrack.Key(loop: loop, number: frame.number)
            if frame.kind == .packet {
                receivePacket(reader.readRest(), of: key, at: now)
            } else {
                try receive(frame.kind, &reader, of: key, at: now)
            }
        } catch {
            malformedFrames += 1
        }
    }

    private mutating func receivePacket(_ packet: RawSpan, of key: PipedTrack.Key, at now: Instant)
    {
        guard let listeners = tracks[key]?.listeners else { return }
        for handle in listeners where recordings.contains(handle) {
            recordings[handle].receive(packet, of: key, at: now)
            touch(handle)
        }
    }

    private mutating func receive(
        _ kind: PipeFrame.Kind, _ reader: inout ByteReader, of key: PipedTrack.Key, at now: Instant
    ) throws(ParseError) {
        switch kind {
        case .branchOpened:
            let room = try BranchOpening(parsing: &reader).room
            for former in rooms.keys where former.loop == key.loop && rooms[former] == room {
                close(former)
            }
            rooms[key] = room
        case .producerOpened:
            let branch = PipedTrack.Key(loop: key.loop, number: try reader.readUInt32())
            let track = try ProducedTrack(number: key.number, parsing: &reader)
            guard rooms[branch] != nil else { return }
            tracks[key] = PipedTrack(key: key, track: track, branch: branch)
        case .announced:
            if let room = rooms[key] { unsettled.insert(room) }
        case .streamBegan: streamBegan(try reader.readUInt32(), of: key, at: now)
        case .senderReport:
            let ntp = NTPTimestamp(value: try reader.readUInt64())
            reportArrived(
                ReportedClock(ntp: ntp, timestamp: try reader.readUInt32()), of: key, at: now)
        case .producerClosed:
            guard let closed = tracks.removeValue(forKey: key) else { return }
            if let room = rooms[closed.branch] { unsettled.insert(room) }
        case .branchClosed: close(key)
        case .packet, .producerWanted, .producerUnwanted, .keyframeWanted, .branchLeft: return
        }
    }

    private mutating func streamBegan(_ ssrc: UInt32, of key: PipedTrack.Key, at now: Instant) {
        guard let track = tracks[key], track.ssrc != ssrc else { return }
        tracks[key]?.ssrc = ssrc
        guard track.ssrc != nil else { return }
        tracks[key]?.report = nil  // its clocks began elsewhere
        for handle in track.listeners where recordings.contains(handle) {
            let choice = recordings[handle].choice
            let (picture, sound) = (self[choice.picture], self[choice.sound])
            recordings[handle].restart(picture, sound, at: now)
            touch(handle)
        }
    }

    private mutating func reportArrived(
        _ report: ReportedClock, of key: PipedTrack.Key, at now: Instant
    ) {
        guard let listeners = tracks[key]?.listeners else { return }
        tracks[key]?.report = report
        for handle in listeners where recordings.contains(handle) {
            recordings[handle].reportArrived(report, of: key, at: now)
        }
    }

    private mutating func close(_ branch: PipedTrack.Key) {
        guard let room = rooms.removeValue(forKey: branch) else { return }
        tracks = tracks.filter { $0.value.branch != branch }
        unsettled.insert(room)
    }
}

// MARK: Who records what

extension RoomRecorder {
    private subscript(_ key: PipedTrack.Key?) -> PipedTrack? { key.flatMap { tracks[$0] } }

    /// Has each recording of a room follow the tracks that there are now, and tells their loops which
    /// of them are wanted. O(recordings and tracks): for changes, never per packet.
    private mutating func settle(_ room: String, at now: Instant) {
        let present = tracks.values.filter { rooms[$0.branch] == room }
            .sorted { $0.precedes($1) }
        for track in present { tracks[track.key]?.listeners = [] }
        for handle in handles.values.sorted(by: { $0.index < $1.index })
        where recordings[handle].room == room {
            let choice = recordings[handle].choice.next(among: present)
            let (picture, sound) = (self[choice.picture], self[choice.sound])
            recordings[handle].follow(choice, picture, sound, at: now)
            for key in choice.keys { tracks[key]?.listeners.append(handle) }
            touch(handle)
        }
        // Sound first: its clock is then known when the newest pictures come.
        for track in present.sorted(by: { !$0.isPicture && $1.isPicture }) {
            tellWant(of: track.key)
        }
    }

    private mutating func tellWant(of key: PipedTrack.Key) {
        guard let track = tracks[key], track.isWanted == track.listeners.isEmpty else { return }
        tracks[key]?.isWanted = !track.isWanted
        tell(PipeFrame(track.isWanted ? .producerUnwanted : .producerWanted, key.number), to: key)
    }

    /// Takes note of what a recording wants to tell, to have, and to do.
    private mutating func touch(_ handle: Handle) {
        deadlines.set(handle.index, to: recordings[handle].nextDeadline)
        if let picture = recordings[handle].takeKeyframeWish() {
            tell(PipeFrame(.keyframeWanted, picture.number), to: picture)
        }
        guard !recordings[handle].isListed else { return }
        recordings[handle].isListed = true
        listed.append(handle)
    }

    private mutating func tell(_ frame: PipeFrame, to key: PipedTrack.Key) {
        while outlets.count <= key.loop { outlets.append([]) }
        guard frame.kind != .keyframeWanted || outlets[key.loop].count < Self.wishLimit else {
            return  // a loop that does not read
        }
        outlets[key.loop].append(frame)
    }

    private static var wishLimit: Int { 1024 }
}
