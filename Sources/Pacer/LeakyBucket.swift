public import Timing

/// The law of the relay that Sluice grew out of, for one track: kept so that its users can compare.
///
/// Each frame waits from the *actual* sending of the frame before, by the difference of their
/// timestamps, divided by 1.1 while five frames wait, and for 200 ms at most. Whatever a timer or a
/// write takes is therefore added to every later frame, until the queue is long enough to speed it
/// up: the delay settles at six frame intervals. Timestamps are subtracted without a sign, so that a
/// step back by one tick is taken for half a day, and waits 200 ms. `MediaClock` mends this.
public struct LeakyBucket: Hashable, Sendable {
    private let clockRate: Int64
    private let configuration: LeakyBucketConfiguration
    private var newest: UInt32?
    private var sent = Instant(nanoseconds: 0)
    private var isCatchingUp = false
    private var isFull = false

    /// What the law did so far.
    public private(set) var counters = Counters()

    /// The original counts per frame; one episode is counted once here, beside it.
    public struct Counters: Hashable, Sendable {
        /// Frames sent.
        public var items = 0
        /// Frames that found the queue full.
        public var bursts = 0
        /// Times that the queue became full.
        public var burstEpisodes = 0
        /// Frames whose wait was shortened.
        public var catchUps = 0
        /// Times that shortening began.
        public var catchUpEpisodes = 0
        /// Waits cut to the longest: the warning "capping excessive delay".
        public var capped = 0
        /// Frames already late, which the original took for "timestamp went backwards".
        public var late = 0
        /// All waits together.
        public var waited = Interval.zero

        /// Nothing yet.
        public init() {}
    }

    /// An empty bucket for a track of `clockRate` ticks a second.
    public init(
        clockRate: UInt32,
        configuration: LeakyBucketConfiguration = LeakyBucketConfiguration()
    ) {
        precondition(clockRate > 0, "a clock of no rate has no time: pass the rtpmap's rate")
        (self.clockRate, self.configuration) = (Int64(clockRate), configuration)
    }

    /// Whether one more frame may wait beside `waiting`; otherwise the reader blocks.
    public mutating func admits(waiting: Int) -> Bool {
        guard waiting >= configuration.capacity else {
            isFull = false
            return true
        }
        return false
    }

    /// Counts a frame that found no room; once for each frame, however often it is offered.
    public mutating func frameBlocked() {
        counters.bursts += 1
        if !isFull { counters.burstEpisodes += 1 }
        isFull = true
    }

    /// Takes the next frame in hand at `now`, `waiting` others behind it; answers when it is sent.
    public mutating func take(timestamp: UInt32, waiting: Int, at now: Instant) -> Instant {
        guard let newest else {
            newest = timestamp
            return now
        }
        self.newest = timestamp
        let ticks = Int64(timestamp &- newest)  // never negative: the original's fault, kept
        let elapsed = now - sent
        var wait = Interval(nanoseconds: ticks * 1_000_000_000 / clockRate) - elapsed
        let hurries = waiting >= configuration.catchUpThreshold
        if hurries {
            counters.catchUps += 1
            if !isCatchingUp { counters.catchUpEpisodes += 1 }
            wait = wait * 1_000 / configuration.speedPerMille
        }
        isCatchingUp = hurries
        if wait < .zero { counters.late += 1 }
        if wait > configuration.longestWait { counters.capped += 1 }
        wait = min(max(wait, .zero), configuration.longestWait)
        counters.waited = counters.waited + wait
        return now + wait
    }

    /// Takes in when the frame really was sent: the next one waits from here.
    public mutating func frameSent(at now: Instant) {
        sent = now
        counters.items += 1
    }
}
