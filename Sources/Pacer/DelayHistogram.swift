public import Timing

/// How long things took: quantiles to within 3 %, from a microsecond to a minute, in fixed memory.
public struct DelayHistogram: Hashable, Sendable {
    private var bins = [UInt32](repeating: 0, count: Self.binCount)
    /// How many were counted.
    public private(set) var count = 0
    /// The longest.
    public private(set) var longest = Interval.zero
    /// All together.
    public private(set) var sum = Interval.zero

    /// Nothing counted.
    public init() {}

    /// Counts one; a negative one as zero.
    public mutating func add(_ delay: Interval) {
        let bounded = max(delay, .zero)
        bins[Self.bin(of: bounded)] &+= 1
        count += 1
        sum = sum + bounded
        longest = max(longest, bounded)
    }

    /// Adds all that `other` counted.
    public mutating func add(_ other: DelayHistogram) {
        for index in bins.indices { bins[index] &+= other.bins[index] }
        count += other.count
        sum = sum + other.sum
        longest = max(longest, other.longest)
    }

    /// The delay that `perMille` thousandths of all do not exceed; zero when nothing was counted.
    public func quantile(perMille: Int) -> Interval {
        var left = max((count * perMille + 999) / 1_000, 1)
        guard count > 0 else { return .zero }
        for (index, inBin) in bins.enumerated() {
            left -= Int(inBin)
            if left <= 0 { return min(Self.upperEdge(of: index), longest) }
        }
        return longest
    }

    /// The mean; zero when nothing was counted.
    public var mean: Interval { count > 0 ? sum / Int64(count) : .zero }

    /// Forgets all.
    public mutating func removeAll() {
        for index in bins.indices { bins[index] = 0 }
        (count, longest, sum) = (0, .zero, .zero)
    }

    private static func bin(of delay: Interval) -> Int {
        let micro = Int(delay.nanoseconds / 1_000)
        guard micro >= subBins else { return micro }
        let exponent = Int.bitWidth - 1 - micro.leadingZeroBitCount
        let index = (exponent - 4) * subBins + (micro >> (exponent - 5)) & (subBins - 1)
        return min(index, binCount - 1)
    }

    private static func upperEdge(of bin: Int) -> Interval {
        guard bin >= subBins else { return .microseconds(Int64(bin) + 1) }
        let exponent = bin / subBins + 4
        let lower = (subBins + bin % subBins) << (exponent - 5)
        return .microseconds(Int64(lower + 1 << (exponent - 5)))
    }

    private static let subBins = 32
    private static let binCount = 23 * 32  // up to 2^26 µs
}
