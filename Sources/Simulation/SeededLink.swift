public import Timing

/// One direction of a network path: how long datagrams take, and which never arrive.
///
/// Whole numbers throughout, and a generator of its own: the same seed loses the same datagrams on
/// every machine.
public struct SeededLink: Sendable {
    /// How a path treats what is sent over it.
    public struct Conditions: Hashable, Sendable {
        /// The least time a datagram takes.
        public var delay: Interval
        /// At most so much longer, evenly spread; datagrams may overtake one another.
        public var jitter: Interval
        /// Lost datagrams in ten thousand.
        public var lossPerTenThousand: Int
        /// Datagrams in ten thousand that arrive twice.
        public var duplicatesPerTenThousand: Int

        /// Datagrams in ten thousand that take three times the delay, so that later ones overtake.
        public var reorderedPerTenThousand = 0
        /// What the narrowest part carries; zero when nothing is narrow.
        public var bitsPerSecond = 0
        /// What waits before the narrowest part; a datagram that finds no room is lost.
        public var queueByteCount = 64_000

        /// A path; without losses unless they are asked for.
        public init(
            delay: Interval = .milliseconds(20), jitter: Interval = .zero,
            lossPerTenThousand: Int = 0, duplicatesPerTenThousand: Int = 0
        ) {
            (self.delay, self.jitter) = (delay, jitter)
            self.lossPerTenThousand = lossPerTenThousand
            self.duplicatesPerTenThousand = duplicatesPerTenThousand
        }
    }

    /// May change while the link is in use.
    public var conditions: Conditions
    /// Datagrams the link has lost.
    public private(set) var lostCount = 0
    /// Datagrams that found the queue full.
    public private(set) var overflowCount = 0
    private var busyUntil = Instant(nanoseconds: 0)  // when all that waits will have passed
    private var random: SplitMix

    /// A link under `conditions`; links with different seeds lose different datagrams.
    public init(_ conditions: Conditions, seed: UInt64) {
        self.conditions = conditions
        random = SplitMix(seed: seed)
    }

    /// When a datagram of `byteCount` octets sent `now` arrives: never, once or twice.
    mutating func arrivals(of byteCount: Int, at now: Instant) -> [Instant] {
        guard let departure = departure(of: byteCount, at: now) else {
            overflowCount += 1
            return []
        }
        if random.below(10_000) < conditions.lossPerTenThousand {
            lostCount += 1
            return []
        }
        let isDoubled = random.below(10_000) < conditions.duplicatesPerTenThousand
        return (0..<(isDoubled ? 2 : 1)).map { _ in
            let extra = random.below(Int(conditions.jitter.nanoseconds) + 1)
            return departure + delay() + Interval(nanoseconds: Int64(extra))
        }
    }

    private mutating func delay() -> Interval {
        guard conditions.reorderedPerTenThousand > 0,
            random.below(10_000) < conditions.reorderedPerTenThousand
        else { return conditions.delay }
        return Interval(nanoseconds: conditions.delay.nanoseconds * 3)
    }

    /// When the narrowest part has let the datagram through; `nil` when the queue is full.
    private mutating func departure(of byteCount: Int, at now: Instant) -> Instant? {
        guard conditions.bitsPerSecond > 0 else { return now }
        let rate = Int64(conditions.bitsPerSecond)
        let start = max(busyUntil, now)
        let waiting = (start - now).nanoseconds / 8 * rate / 1_000_000_000
        guard waiting + Int64(byteCount) <= Int64(conditions.queueByteCount) else { return nil }
        busyUntil = start + Interval(nanoseconds: Int64(byteCount) * 8_000_000_000 / rate)
        return busyUntil
    }
}

/// A small generator whose whole state is its seed (SplitMix64): for simulations, never for secrets.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// A number from 0 to just below `bound`.
    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}
