import Timing

/// One track's share of a session's clock: its timeline, and where that lies on the session's.
struct TrackClock {
    var timeline: MediaTimeline
    /// Added to the track's media time it gives the session's.
    var alignment = Interval.zero
    private(set) var newestArrival = Instant(nanoseconds: .min / 2)
    private(set) var hasBegunBefore = false
    /// The sender's wall clock at the track's media time zero, from its reports.
    private(set) var wallOffset: Interval?

    private var floor: SlidingEnvelope  // of negated delays: their lower edge
    private var begun: Instant?
    private var aligned: Instant?
    private let configuration: MediaClockConfiguration

    init(clockRate: UInt32, interval: Interval, configuration: MediaClockConfiguration) {
        timeline = MediaTimeline(
            clockRate: clockRate, interval: interval, jumpThreshold: configuration.jumpThreshold)
        floor = SlidingEnvelope(slot: configuration.slot, slotsAbove: 0)
        self.configuration = configuration
    }

    /// The least of (arrival − media time) in the window.
    var floorEdge: Interval? { floor.edge.map { Interval(nanoseconds: -$0) } }

    /// Places a frame on the track's timeline.
    mutating func place(_ timestamp: UInt32, at arrival: Instant) -> MediaTimeline.Placement {
        timeline.place(timestamp, at: arrival, floor: floorEdge)
    }

    /// A first frame, or the first on a new line: what was learnt before no longer applies.
    mutating func begin(at arrival: Instant) {
        hasBegunBefore = begun != nil
        begun = arrival
        aligned = arrival
        floor.removeAll()
        wallOffset = nil
    }

    /// Begins anew with the next frame, joined by its arrival.
    mutating func restart() {
        timeline.restart()
        wallOffset = nil
    }

    mutating func sample(_ mediaTime: Interval, at arrival: Instant) {
        newestArrival = arrival
        let delay = arrival - Instant(nanoseconds: 0) - mediaTime
        floor.add(-delay.nanoseconds, at: arrival)
    }

    mutating func senderReport(timestamp: UInt32, at ntp: NTPTimestamp) {
        guard let mediaTime = timeline.mediaTime(of: timestamp) else { return }
        wallOffset = Interval(nanoseconds: ntp.unixNanoseconds) - mediaTime
    }

    /// Moves towards `wanted`: at once while the track is young or far off, else by slew.
    mutating func align(to wanted: Interval, at now: Instant) {
        let elapsed = now - (aligned ?? now)
        aligned = now
        let missing = wanted - alignment
        let isYoung = now - (begun ?? now) < Self.youth
        if isYoung || missing.magnitude > Self.farOff {
            alignment = wanted
            return
        }
        let step = elapsed.perMille(configuration.alignmentPerMille)
        alignment = alignment + min(max(missing, .zero - step), step)
    }

    private static let youth = Interval.seconds(2)
    private static let farOff = Interval.milliseconds(500)
}
