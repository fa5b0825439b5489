/// A point on one monotonic clock, in nanoseconds since that clock's own beginning.
///
/// Engines never read a clock; they are told the time. In production it is the kernel's monotonic
/// clock, read once a turn; under simulation it is whatever the scenario says.
public struct Instant: Hashable, Comparable, Sendable {
    /// Nanoseconds since the clock's beginning.
    public var nanoseconds: Int64

    /// The point `nanoseconds` after the clock's beginning.
    @inlinable
    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// Orders by time.
    @inlinable
    public static func < (left: Instant, right: Instant) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    /// The point `interval` later.
    @inlinable
    public static func + (instant: Instant, interval: Interval) -> Instant {
        Instant(nanoseconds: instant.nanoseconds + interval.nanoseconds)
    }

    /// The point `interval` earlier.
    @inlinable
    public static func - (instant: Instant, interval: Interval) -> Instant {
        Instant(nanoseconds: instant.nanoseconds - interval.nanoseconds)
    }

    /// How long after `right` this is; negative when it is earlier.
    @inlinable
    public static func - (left: Instant, right: Instant) -> Interval {
        Interval(nanoseconds: left.nanoseconds - right.nanoseconds)
    }
}
