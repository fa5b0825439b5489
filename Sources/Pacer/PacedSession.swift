public import Timing

/// Paces the tracks of one session: packets in as they come, packets out when they are due.
///
/// A machine without I/O, clock or thread. Hand packets in, drain `nextDeparture` after each
/// `advance(to:)`, and come back at `nextDeadline`. All memory is allocated with the tracks; a packet
/// costs no allocation. Its queues are bounded by the configuration's capacities; at the bound, or
/// when the session lies too far behind, the policy says what happens.
public struct PacedSession: ~Copyable {
    let configuration: PacerConfiguration
    var clock: MediaClock
    var tracks: [PacedTrack] = []
    var order: [Int] = []  // control, then audio, then video
    var limit = BurstLimit()
    var openGroup: Int?  // the track whose group has begun to leave and is not broken up
    var now = Instant(nanoseconds: .min / 2)
    var boundBitsPerSecond: Int?
    var boundedUntil = Instant(nanoseconds: .min / 2)
    var skew = DelayHistogram()
    var newestSkew = Interval.zero
    var dropCounts = InlineArray<3, Int>(repeating: 0)

    /// A session without tracks.
    public init(_ configuration: PacerConfiguration = PacerConfiguration()) {
        self.configuration = configuration.bounded
        clock = MediaClock(configuration.clock)
    }

    /// Adds a track and answers its number, for `PacedPacket.track`.
    ///
    /// - Parameters:
    ///   - kind: What it carries.
    ///   - clockRate: Ticks a second of its timestamps; any for control.
    public mutating func addTrack(_ kind: TrackKind, clockRate: UInt32) -> Int {
        let interval = kind == .audio ? Interval.milliseconds(20) : .milliseconds(33)
        let index = clock.addTrack(clockRate: clockRate, interval: interval)
        tracks.append(PacedTrack(kind: kind, clockRate: clockRate, configuration: configuration))
        order = [TrackKind.control, .audio, .video].flatMap { kind in
            tracks.indices.filter { tracks[$0].kind == kind }
        }
        return index
    }

    /// Queues a packet that came at `now`. Packets of one track come in their sending order.
    public mutating func enqueue(_ packet: PacedPacket, at now: Instant) -> Admission {
        precondition(tracks.indices.contains(packet.track), "pass a number that addTrack answered")
        advance(to: now)
        let track = packet.track
        let begins = tracks[track].kind == .control || tracks[track].beginsFrame(packet.timestamp)
        if let refusal = admission(of: packet, beginsFrame: begins) { return refusal }
        if begins { beginFrame(packet) }
        tracks[track].append(packet, at: now)
        if packet.isFrameEnd && !begins { observeEnd(of: track) }
        takeInHand(track)
        return .queued
    }

    /// Lets time pass: what is due at `now` comes out of `nextDeparture`.
    public mutating func advance(to now: Instant) {
        self.now = max(self.now, now)
        clock.advance(to: now)
    }

    /// When `advance(to:)` is wanted next; `nil` while nothing waits. Once the departures of a turn
    /// are drained it lies beyond that turn. O(tracks).
    public var nextDeadline: Instant? {
        var earliest: Instant?
        for index in tracks.indices {
            guard let due = due(index) else { continue }
            earliest = min(earliest ?? due, due)
        }
        return earliest
    }

    /// The next packet that is to leave now, or to be let go; `nil` when none is. O(tracks).
    ///
    /// Packets of one group come one after the other: send what a turn yields together.
    public mutating func nextDeparture() -> Departure? {
        if let openGroup { return depart(openGroup, due: now) }
        for index in order {
            guard let due = due(index), due <= now else { continue }
            return tracks[index].frames[0].dropReason == nil
                || tracks[index].frames[0].sentCount > 0
                ? depart(index, due: due) : letGo(index)
        }
        return nil
    }

    /// Ties a track's timestamps to the sender's wall clock, from its sender report.
    public mutating func senderReport(track: Int, timestamp: UInt32, at ntp: NTPTimestamp) {
        clock.senderReport(track: track, timestamp: timestamp, at: ntp)
    }

    /// Sets what the path is thought to carry; `nil` when nobody knows. Only ever an upper bound:
    /// packets leave by media time, and later where the bound demands it.
    public mutating func bandwidthEstimated(bitsPerSecond: Int?) {
        boundBitsPerSecond = bitsPerSecond.map { configuration.spread.bound(byEstimate: $0) }
    }

    /// Joins each track's next frame by its arrival, whatever its timestamp: the source was connected
    /// again. What waits leaves as it would have.
    public mutating func reconnected() { clock.reconnected() }
}

extension PacedSession {
    /// Why `packet` is not taken; `nil` when it is.
    private mutating func admission(of packet: PacedPacket, beginsFrame: Bool) -> Admission? {
        let track = packet.track
        if configuration.law == .leakyBucket && beginsFrame && tracks[track].kind != .control {
            let waiting = tracks[track].waitingFrames
            guard tracks[track].bucket.admits(waiting: waiting) else {
                if tracks[track].blockedTimestamp != packet.timestamp {
                    tracks[track].blockedTimestamp = packet.timestamp
                    tracks[track].bucket.frameBlocked()
                }
                return .refused
            }
        }
        if tracks[track].isAwaitingKeyframe {
            let isFresh = packet.timestamp != tracks[track].droppedTimestamp
            guard beginsFrame && isFresh && packet.isKeyframe else {
                tracks[track].droppedTimestamp = packet.timestamp
                if isFresh { dropCounts[2] += 1 }
                return .dropped(.awaitingKeyframe)
            }
        }
        let isFull = tracks[track].packets.isFull || beginsFrame && tracks[track].frames.isFull
        guard isFull else {
            tracks[track].isAwaitingKeyframe = false
            return nil
        }
        if configuration.policy == .recording || configuration.law == .leakyBucket {
            return .refused
        }
        return overflow(packet, beginsFrame: beginsFrame)
    }

    /// The queue is full under a live policy: video gives up all that has not begun to leave.
    private mutating func overflow(_ packet: PacedPacket, beginsFrame: Bool) -> Admission {
        let track = packet.track
        dropCounts[1] += beginsFrame ? 1 : 0
        if tracks[track].kind == .video {
            dropCounts[1] += tracks[track].drop(.queueFull, keepingNewest: 0)
            if !beginsFrame { tracks[track].complete(tracks[track].frames.count - 1) }
            tracks[track].isAwaitingKeyframe = true
            tracks[track].droppedTimestamp = packet.timestamp
        }
        return .dropped(.queueFull)
    }

    /// Opens the frame that `packet` begins; one whose end was never marked ends here.
    private mutating func beginFrame(_ packet: PacedPacket) {
        let track = packet.track
        if let last = tracks[track].frames.count > 0 ? tracks[track].frames.count - 1 : nil,
            !tracks[track].frames[last].isComplete
        {
            tracks[track].complete(last)
            if tracks[track].frames[last].sentCount == tracks[track].frames[last].packetCount {
                finishFrame(track)
            }
            takeInHand(track)
        }
        var frame = PacedFrame(timestamp: packet.timestamp, firstArrival: now, arrival: now)
        frame.isKeyframe = packet.isKeyframe
        if tracks[track].kind != .control {
            frame.mediaTime = clock.frameArrived(
                track: track, timestamp: packet.timestamp, at: now)
        }
        tracks[track].frames.append(frame)
        if packet.isKeyframe { skipToNewest(track) }
    }

    /// Lets all frames before the newest, a key frame, go when the session lies too far behind.
    private mutating func skipToNewest(_ track: Int) {
        guard case .live(let most) = configuration.policy, configuration.law == .mediaClock,
            tracks[track].kind == .video
        else { return }
        let head = tracks[track].frames[0]
        let overdue = now - clock.deadline(track: track, mediaTime: head.mediaTime)
        guard clock.excess > most || overdue > most else { return }
        dropCounts[0] += tracks[track].drop(.latency, keepingNewest: 1)
        let newest = tracks[track].frames[tracks[track].frames.count - 1]
        clock.skip(track: track, to: newest.mediaTime, at: now)
    }

    /// A frame that came in pieces is late when its end is, less the time it would be spread over.
    private mutating func observeEnd(of track: Int) {
        let frame = tracks[track].frames[tracks[track].frames.count - 1]
        guard now > frame.firstArrival else { return }
        let groups = Int64((frame.packetCount - 1) / configuration.spread.groupSize)
        let allowance = min(
            configuration.spread.longestGap * groups, configuration.spread.window)
        clock.observe(track: track, mediaTime: frame.mediaTime + allowance, at: now)
    }
}
