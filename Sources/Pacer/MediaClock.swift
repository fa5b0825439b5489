public import Timing

/// When a session's frames are due: one clock for all its tracks, without drift by construction.
///
/// `deadline = media time + offset`, where a track's media time comes from its timestamps and the
/// offset follows the upper envelope of (arrival − media time). No deadline depends on when anything
/// was sent. The offset rises at once when something comes later than it, and falls by slew; a
/// stall raises it, but teaches the envelope nothing.
public struct MediaClock: Sendable {
    private var tracks: [TrackClock] = []
    private var envelope: SlidingEnvelope
    private var reference: Int?  // the track that the others are aligned to
    private var updated: Instant?
    private var stalledSince: Instant?
    private let configuration: MediaClockConfiguration

    /// What is added to media time; an instant of the local clock for the session's time zero.
    public private(set) var offset = Interval.zero
    /// Where the offset would like to be: the envelope and its margin.
    public private(set) var target = Interval.zero
    /// Whether playing back is sped up to get rid of delay.
    public private(set) var isCatchingUp = false
    /// What happened to the clock so far.
    public private(set) var counters = Counters()

    /// A clock that has seen nothing.
    public init(_ configuration: MediaClockConfiguration = MediaClockConfiguration()) {
        self.configuration = configuration
        envelope = SlidingEnvelope(
            slot: configuration.slot, slotsAbove: configuration.slotsAbove)
    }

    /// Adds a track and answers its number, counted from 0.
    public mutating func addTrack(clockRate: UInt32, interval: Interval) -> Int {
        tracks.append(
            TrackClock(clockRate: clockRate, interval: interval, configuration: configuration))
        return tracks.count - 1
    }

    /// How much later than the envelope frames are due now: what a stall has left behind.
    public var excess: Interval { offset - target }

    /// Takes in the first packet of a frame and answers the frame's media time on its track. O(1).
    public mutating func frameArrived(
        track: Int, timestamp: UInt32, at arrival: Instant
    ) -> Interval {
        advance(to: arrival)
        let placement = tracks[track].place(timestamp, at: arrival)
        if placement.beginsEpoch {
            begin(track, mediaTime: placement.mediaTime, at: arrival)
        } else if placement.isTrusted {
            align(track, mediaTime: placement.mediaTime, at: arrival)
            observe(track: track, mediaTime: placement.mediaTime, at: arrival)
        }
        return placement.mediaTime
    }

    /// Takes in that a part of the frame of `mediaTime` came at `arrival`.
    public mutating func observe(track: Int, mediaTime: Interval, at arrival: Instant) {
        let sample = span(arrival) - mediaTime - tracks[track].alignment
        learn(sample, at: arrival)
        guard sample > offset else { return }
        counters.lateFrames += 1
        offset = sample
    }

    /// When the frame of `mediaTime` on `track` is due, as things stand.
    public func deadline(track: Int, mediaTime: Interval) -> Instant {
        Instant(nanoseconds: 0) + mediaTime + tracks[track].alignment + offset
    }

    /// Lets the offset move as far as time allows. Harmless when repeated.
    public mutating func advance(to now: Instant) {
        guard let last = updated, now > last else { return }
        updated = now
        let elapsed = now - last
        if isCatchingUp {
            offset = max(target, offset - elapsed.perMille(configuration.catchUpPerMille))
        } else if offset > target {
            offset = max(target, offset - elapsed.perMille(configuration.slewPerMille))
        } else {
            offset = min(target, offset + elapsed.perMille(configuration.slewPerMille))
        }
        let wasCatchingUp = isCatchingUp
        isCatchingUp = excess > configuration.catchUpThreshold
        if isCatchingUp && !wasCatchingUp { counters.catchUps += 1 }
    }

    /// Ties a track to the sender's wall clock (RFC 3550 §6.4.1): tracks that have both are aligned
    /// by this, and no longer by their arrival.
    public mutating func senderReport(track: Int, timestamp: UInt32, at ntp: NTPTimestamp) {
        tracks[track].senderReport(timestamp: timestamp, at: ntp)
    }

    /// Joins each track's next frame by its arrival: the owner has connected again.
    public mutating func reconnected() {
        for index in tracks.indices { tracks[index].restart() }
        stalledSince = nil
        counters.reconnectAnchors += 1
    }

    /// Makes the frame of `mediaTime` due as soon as it may be: what lay before it was dropped.
    mutating func skip(track: Int, to mediaTime: Interval, at now: Instant) {
        offset = max(target, span(now) - mediaTime - tracks[track].alignment)
        counters.dropAnchors += 1
    }

    /// How far apart the frames of `track` lie.
    func interval(of track: Int) -> Interval { tracks[track].timeline.interval }

    /// What was mended on `track`.
    public func repairs(of track: Int) -> TimelineRepairs { tracks[track].timeline.repairs }

    private func span(_ instant: Instant) -> Interval { instant - Instant(nanoseconds: 0) }
}

extension MediaClock {
    /// A track's first frame, or its first on a new line: it is placed by its arrival.
    private mutating func begin(_ track: Int, mediaTime: Interval, at arrival: Instant) {
        tracks[track].begin(at: arrival)
        tracks[track].sample(mediaTime, at: arrival)
        guard updated != nil, let reference else {
            (reference, updated) = (track, arrival)
            tracks[track].alignment = .zero - mediaTime
            offset = span(arrival) + configuration.margin
            target = offset
            envelope.add(span(arrival).nanoseconds, at: arrival)
            return
        }
        if tracks[track].hasBegunBefore {
            counters.epochAnchors += 1  // the timeline joined it by arrival: it stays where it was
        } else if let floor = tracks[reference].floorEdge {
            // How late this first packet was itself nobody knows yet: `align` takes it out again.
            let delay = span(arrival) - mediaTime
            tracks[track].alignment = delay - currentFloor(reference, floor)
        }
        observe(track: track, mediaTime: mediaTime, at: arrival)
    }

    /// The least delay of the reference, on the session's time.
    private func currentFloor(_ reference: Int, _ floor: Interval) -> Interval {
        floor - tracks[reference].alignment
    }

    /// Draws `track` towards the reference, by sender reports where both have them.
    private mutating func align(_ track: Int, mediaTime: Interval, at arrival: Instant) {
        tracks[track].sample(mediaTime, at: arrival)
        guard let reference, reference != track else { return }
        if arrival - tracks[reference].newestArrival > Self.staleAfter {
            self.reference = track  // the reference is silent; this one goes on from where it is
            return
        }
        guard let own = tracks[track].floorEdge, let floor = tracks[reference].floorEdge else {
            return
        }
        var wanted = own - currentFloor(reference, floor)
        if let own = tracks[track].wallOffset, let its = tracks[reference].wallOffset {
            let reported = tracks[reference].alignment + own - its
            // Cameras' reports may be hours wrong; arrivals cannot be.
            if (reported - wanted).magnitude <= Self.believable { wanted = reported }
        }
        tracks[track].align(to: wanted, at: arrival)
    }

    /// Lets the envelope learn from a sample, unless it belongs to a stall.
    private mutating func learn(_ sample: Interval, at arrival: Instant) {
        let isStall = sample > target + configuration.stallThreshold
        if isStall, let since = stalledSince {
            guard arrival - since >= configuration.pathChangeAfter else { return }
            envelope.removeAll()
            counters.pathAnchors += 1
        } else if isStall {
            counters.stalls += 1
            stalledSince = arrival
            return
        }
        stalledSince = nil
        guard envelope.add(sample.nanoseconds, at: arrival), let edge = envelope.edge else {
            return
        }
        target = Interval(nanoseconds: edge) + configuration.margin
    }

    private static let staleAfter = Interval.seconds(5)
    private static let believable = Interval.seconds(1)
}
