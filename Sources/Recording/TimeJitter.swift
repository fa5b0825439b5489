public import Timing

/// How unevenly frames lie in media time: the smoothed difference between one interval and the next, as
/// (RFC 3550 §6.4.1) smooths that of arrivals.
public struct TimeJitter: Hashable, Sendable {
    /// The difference, smoothed over some sixteen frames; zero where all intervals are alike.
    public private(set) var value = Interval.zero

    private var last: Interval?
    private var interval: Interval?

    /// Of no frames.
    public init() {}

    /// Takes note of the next frame, in the order of decoding. Longer than a second there was a gap, which is
    /// no jitter.
    mutating func note(_ time: Interval) {
        defer { last = time }
        guard let last, time > last, time - last < .seconds(1) else { return interval = nil }
        defer { interval = time - last }
        guard let interval else { return }
        let difference = abs((time - last - interval).nanoseconds)
        value = value + Interval(nanoseconds: (difference - value.nanoseconds) / 16)
    }
}
