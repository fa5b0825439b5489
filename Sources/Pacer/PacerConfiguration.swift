public import Timing

/// How one session is paced. The defaults suit a camera that a browser watches.
public struct PacerConfiguration: Hashable, Sendable {
    /// By which law frames become due.
    public enum Law: Hashable, Sendable {
        /// Absolute deadlines from media time, one clock for all tracks.
        case mediaClock
        /// The original relay's law, for comparison: a wait after each actual send, track by track.
        case leakyBucket
    }

    /// What happens when the session falls behind.
    public enum Policy: Hashable, Sendable {
        /// Whole video frames give way to the newest key frame; audio is kept.
        case live(maximumLatency: Interval)
        /// Nothing is ever dropped; a full queue refuses.
        case recording
    }

    /// By which law frames become due.
    public var law = Law.mediaClock
    /// What happens when the session falls behind.
    public var policy = Policy.live(maximumLatency: .milliseconds(2_500))
    /// How the shared clock follows arrivals.
    public var clock = MediaClockConfiguration()
    /// The original law's numbers.
    public var bucket = LeakyBucketConfiguration()
    /// How packets are spread inside a frame.
    public var spread = SpreadConfiguration()
    /// Packets that wait on one track at most.
    public var packetCapacity = 4_096
    /// Frames that wait on one track at most.
    public var frameCapacity = 1_024

    /// The defaults.
    public init() {}

    /// The same, each number within the range in which it means something.
    var bounded: PacerConfiguration {
        var bounded = self
        bounded.spread.groupSize = min(max(spread.groupSize, 1), BurstLimit.packetsPerWindow)
        bounded.spread.peakBitsPerSecond = max(spread.peakBitsPerSecond, SpreadConfiguration.least)
        bounded.bucket.speedPerMille = max(bucket.speedPerMille, 1)
        bounded.bucket.capacity = max(bucket.capacity, 1)
        (bounded.packetCapacity, bounded.frameCapacity) = (
            max(packetCapacity, 1), max(frameCapacity, 1)
        )
        return bounded
    }
}

/// How a frame's packets are spread.
public struct SpreadConfiguration: Hashable, Sendable {
    /// Packets that leave together, so that equal ones make one segmented send: 1...8.
    public var groupSize = 4
    /// A frame leaves within this, and within half its interval, unless `peakBitsPerSecond` forbids.
    public var window = Interval.milliseconds(8)
    /// The longest pause between two groups: a small frame is not stretched over the whole window.
    public var longestGap = Interval.microseconds(1_500)
    /// What no frame exceeds; 64 kbit/s at least.
    public var peakBitsPerSecond = 80_000_000
    /// So many times the estimated bandwidth is the bound that an estimate sets.
    public var bandwidthFactor = 2.5

    /// The defaults.
    public init() {}

    /// The bound that an estimate of `bitsPerSecond` sets.
    func bound(byEstimate bitsPerSecond: Int) -> Int {
        let bound = Double(bitsPerSecond) * bandwidthFactor
        guard bound > Double(Self.least) else { return Self.least }
        return bound < Double(Self.most) ? Int(bound) : Self.most
    }

    /// A slower path carries no picture; a faster one bounds nothing.
    static let least = 64_000
    private static let most = 1_000_000_000_000
}

/// How a session's clock follows arrivals.
public struct MediaClockConfiguration: Hashable, Sendable {
    /// The arrivals' envelope is taken over sixteen slots of this length.
    public var slot = Interval.milliseconds(500)
    /// So many of the sixteen slots may lie above the envelope: strays, not the path's habit.
    public var slotsAbove = 2
    /// The offset rests so far above the envelope.
    public var margin = Interval.milliseconds(1)
    /// How fast the offset moves towards the envelope, in thousandths of the time that passes.
    public var slewPerMille: Int64 = 20
    /// The same while it lies further above than `catchUpThreshold`.
    public var catchUpPerMille: Int64 = 500
    /// From here on playing back is sped up.
    public var catchUpThreshold = Interval.milliseconds(20)
    /// What comes later than the envelope by more than this is a stall and teaches nothing.
    public var stallThreshold = Interval.milliseconds(300)
    /// When everything has come so late for this long, the path itself has changed.
    public var pathChangeAfter = Interval.seconds(3)
    /// How fast two tracks are drawn together, in thousandths of the time that passes.
    public var alignmentPerMille: Int64 = 5
    /// Timestamps that move further than this at once are doubted.
    public var jumpThreshold = Interval.seconds(5)

    /// The defaults.
    public init() {}
}

/// The original relay's numbers.
public struct LeakyBucketConfiguration: Hashable, Sendable {
    /// Frames that wait on one track; one more is in hand. Tuned: 20.
    public var capacity = 10
    /// From so many waiting frames on, waits are shortened. Tuned: 3.
    public var catchUpThreshold = 5
    /// By so much, in thousandths: more than 1000 hastens. Tuned: 1200.
    public var speedPerMille: Int64 = 1_100
    /// The longest single wait.
    public var longestWait = Interval.milliseconds(200)

    /// The defaults.
    public init() {}
}
