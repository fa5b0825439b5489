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
    private var random: SplitMix

    /// A link under `conditions`; links with different seeds lose different datagrams.
    public init(_ conditions: Conditions, seed: UInt64) {
        self.conditions = conditions
        random = SplitMix(seed: seed)
    }

    /// When a datagram sent `now` arrives: never, once or twice.
    mutating func arrivals(of now: Instant) -> [Instant] {
        if random.below(10_000) < conditions.lossPerTenThousand {
            lostCount += 1
            return []
        }
        let isDoubled = random.below(10_000) < conditions.duplicatesPerTenThousand
        return (0..<(isDoubled ? 2 : 1)).map { _ in
            let extra = random.below(Int(conditions.jitter.nanoseconds) + 1)
            return now + conditions.delay + Interval(nanoseconds: Int64(extra))
        }
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
