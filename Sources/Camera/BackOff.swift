import Ciphers
import Timing

/// How long to wait before the next attempt: a second at first, doubling to half a minute, each by
/// half more or less, so that a power cut does not bring all cameras back in one moment.
struct BackOff {
    private var attempts: Int64 = 0
    private var random: SeededRandom

    init(seed: [UInt8]) { random = SeededRandom(seed: seed) }

    mutating func next() -> Interval {
        let base = min(Self.first * (1 << min(attempts, 10)), Self.longest)
        attempts += 1
        let permille = 500 + Int64(random.next() % 1001)
        return Interval(nanoseconds: base.nanoseconds / 1000 * permille)
    }

    mutating func succeeded() { attempts = 0 }

    private static let first = Interval.seconds(1)
    private static let longest = Interval.seconds(30)
}
