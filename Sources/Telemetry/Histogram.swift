/// How often which values came: counts below fixed bounds, and their sum.
///
/// A plain value of one thread; threads' histograms of the same bounds are merged when read.
/// Recording costs one comparison a bound and never allocates.
public struct Histogram: Hashable, Sendable {
    /// Upper bounds of the buckets, inclusive, rising; above the last all goes into one more.
    public let bounds: [Double]
    /// How many values each bucket took, the one without bound last.
    public private(set) var counts: [UInt64]
    /// The sum of all values, in their unit.
    public private(set) var sum = 0.0

    /// An empty histogram; its bounds in a base unit.
    public init(bounds: [Double]) {
        precondition(
            bounds.allSatisfy(\.isFinite) && zip(bounds, bounds.dropFirst()).allSatisfy(<),
            "bounds rise and are finite; the bucket without bound is added")
        self.bounds = bounds
        counts = [UInt64](repeating: 0, count: bounds.count + 1)
    }

    /// How many values came.
    public var count: UInt64 { counts.reduce(0, +) }

    /// Counts `value`; what is not a number is left out, as it would spoil the sum for ever.
    public mutating func record(_ value: Double) {
        guard !value.isNaN else { return }
        var bucket = 0
        while bucket < bounds.count, value > bounds[bucket] { bucket += 1 }
        counts[bucket] += 1
        sum += value
    }

    /// Adds what another thread counted under the same bounds.
    public mutating func merge(_ other: Histogram) {
        precondition(other.bounds == bounds, "merge histograms of the same bounds")
        for bucket in counts.indices { counts[bucket] += other.counts[bucket] }
        sum += other.sum
    }
}
