import Ciphers
import RTP
import Timing
import WebRTC
import Wire

// Who joins begins with the newest key frame and what has come since, if that is little and young:
// sent in small slices between the turns of what is live, until it has caught up.

/// The consumers whose replay is under way, and how far this turn's slices have come.
struct ReplayQueue {
    var consumers: [ConsumerHandle] = []
    var position = 0
    var slice: [PacketRecord] = []  // of the consumer at `position`

    var isEmpty: Bool { consumers.isEmpty }
    var hasSlice: Bool { position < consumers.count }

    mutating func removeCurrent() { consumers.remove(at: position) }

    static let interval = Interval.milliseconds(2)
    static let slices = 2...16  // packets: 9 to 70 Mbit/s to one consumer
    static let turnLimit = 512  // packets to all consumers of a room: about a millisecond
    static let pace: Int64 = 4  // times as fast as it came
    static let patience = Interval.seconds(1)  // a third of the longest group takes 667 ms
    static let lossLimit = 64  // packets: the path does not carry so much at once
}

/// On which terms a consumer is sent what came before.
struct ReplayTerms {
    var slice = 0  // packets each `ReplayQueue.interval`
    var end = Instant(nanoseconds: 0)  // when it is given up
    var lost = 0  // packets the consumer has missed since it began
}

extension Router {
    /// Begins a consumer with the stream's newest group of pictures; `false` when there is none
    /// that would do, and a key frame must be asked for.
    mutating func beginReplay(_ handle: ConsumerHandle, at now: Instant) -> Bool {
        let producer = consumers[handle].producer
        guard producers.contains(producer), !consumers[handle].rewriter.isStarted,
            let group = producers[producer].stream?.pictures, group.isFresh(at: now),
            let number = producers[producer].stream?.newest,
            let newest = producers[producer].stream?.record(at: number),
            producers[producer].stream?.record(at: group.sequence) != nil
        else { return false }
        consumers[handle].now = now
        consumers[handle].beginReplay(of: group, newest: newest)
        replays.consumers.append(handle)
        started.append(handle)
        return true
    }

    /// Lets replays go on by a slice each, the oldest first: the sooner some have caught up, the sooner
    /// it is the others' turn.
    ///
    /// - Returns: Whose were given up: they need a key frame.
    mutating func grantReplays(at now: Instant) -> [ConsumerHandle] {
        replays.position = 0
        var rest = ReplayQueue.turnLimit
        var abandoned: [ConsumerHandle] = []
        for handle in replays.consumers where consumers.contains(handle) {
            guard consumers[handle].replayNext != .max else { continue }
            guard !isHopeless(handle, at: now) else {
                abandoned.append(handle)
                consumers[handle].follow(consumers[handle].producer)
                continue
            }
            consumers[handle].replayCredit = min(consumers[handle].replayTerms.slice, rest)
            rest -= consumers[handle].replayCredit
        }
        return abandoned
    }

    /// Whether a replay lasts too long, is more than its path carries, or begins where nothing is held
    /// any more.
    private func isHopeless(_ handle: ConsumerHandle, at now: Instant) -> Bool {
        let (next, terms) = (consumers[handle].replayNext, consumers[handle].replayTerms)
        guard producers.contains(consumers[handle].producer),
            let stream = producers[consumers[handle].producer].stream
        else { return false }
        return terms.end <= now || terms.lost > ReplayQueue.lossLimit
            || !stream.reaches(back: next)
    }

    /// Writes the next run of a replay; `nil` when all have had their slice or the arena is full.
    mutating func nextReplay(
        into arena: inout SendArena, over transports: inout Slab<Transport>,
        slab: borrowing PacketSlab
    ) -> Transmit? {
        while replays.hasSlice {
            let handle = replays.consumers[replays.position]
            guard consumers.contains(handle), gatherSlice(for: handle),
                let path = path(of: handle, over: transports)
            else {
                if consumers.contains(handle) { consumers[handle].replayNext = .max }
                replays.removeCurrent()
                continue
            }
            guard consumers[handle].replayCredit > 0 else {
                replays.position += 1
                continue
            }
            var (run, position) = (SegmentedRun(), 0)
            let end = consumers[handle].writeReplay(
                replays.slice, from: &position, slab: slab, by: path.sealer, into: &arena,
                run: &run, drops: &drops)
            guard !run.isEmpty else {
                if end == .arenaFull { return nil }
                continue
            }
            countForwarded(run)
            return run.transmit(to: path.destination, in: arena)
        }
        return nil
    }

    /// Gathers what a consumer's replay may send now; `false` when it has caught up.
    private mutating func gatherSlice(for handle: ConsumerHandle) -> Bool {
        replays.slice.removeAll(keepingCapacity: true)
        let producer = consumers[handle].producer
        guard producers.contains(producer), let newest = producers[producer].stream?.newest,
            consumers[handle].replayNext <= newest
        else { return false }
        let credit = consumers[handle].replayCredit
        for sequence in consumers[handle].replayNext...newest {
            guard replays.slice.count < credit else { return true }
            if let record = producers[producer].stream?.record(at: sequence) {
                replays.slice.append(record)
            }
        }
        return !replays.slice.isEmpty || credit == 0
    }
}

extension Consumer {
    /// Starts on a group of pictures that has come already.
    mutating func beginReplay(of group: PictureGroup, newest: PacketRecord) {
        flow = .flowing
        rewriter.start(
            atSequence: group.sequence, timestamp: group.timestamp,
            newest: (newest.sequence, newest.timestamp), keepsTimes: keepsTimes, gap: gap)
        replayNext = group.sequence
        let slice = group.slice(
            every: ReplayQueue.interval, factor: ReplayQueue.pace, to: newest.sequence, at: now)
        let slices = ReplayQueue.slices
        replayTerms = ReplayTerms(
            slice: min(max(slice, slices.lowerBound), slices.upperBound),
            end: now + ReplayQueue.patience)
    }

    /// Writes a run of the replay's slice, and moves the replay on by what was written.
    mutating func writeReplay(
        _ slice: [PacketRecord], from position: inout Int, slab: borrowing PacketSlab,
        by sealer: PacketSealer, into arena: inout SendArena,
        run: inout SegmentedRun, drops: inout DropCounters
    ) -> RunEnd {
        guard let last = slice.last else { return .burstWritten }
        replayNext = last.sequence + 1
        let end = writeRun(
            slice, from: &position, slab: slab, by: sealer, into: &arena, run: &run,
            drops: &drops)
        noteSent(packets: run.count, payloadByteCount: run.payloadByteCount)
        if position < slice.count { replayNext = slice[position].sequence }
        replayCredit -= position
        return end
    }
}
