/// A span of time in whole nanoseconds, signed. One machine word.
///
/// `Duration` stays at configuration's edge: a sum through its components costs thirty times this.
public struct Interval: Hashable, Comparable, Sendable {
    /// The span in nanoseconds.
    public var nanoseconds: Int64

    /// A span of `nanoseconds`.
    @inlinable
    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// A span of whole microseconds.
    @inlinable
    public static func microseconds(_ count: Int64) -> Interval {
        Interval(nanoseconds: count * 1_000)
    }

    /// A span of whole milliseconds.
    @inlinable
    public static func milliseconds(_ count: Int64) -> Interval {
        Interval(nanoseconds: count * 1_000_000)
    }

    /// A span of whole seconds.
    @inlinable
    public static func seconds(_ count: Int64) -> Interval {
        Interval(nanoseconds: count * 1_000_000_000)
    }

    /// No time at all.
    public static let zero = Interval(nanoseconds: 0)

    /// The span in seconds, for reports and metrics.
    public var seconds: Double { Double(nanoseconds) / 1e9 }

    /// Orders by length; negative spans come first.
    @inlinable
    public static func < (left: Interval, right: Interval) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    /// The sum.
    @inlinable
    public static func + (left: Interval, right: Interval) -> Interval {
        Interval(nanoseconds: left.nanoseconds + right.nanoseconds)
    }

    /// The difference, negative when `right` is longer.
    @inlinable
    public static func - (left: Interval, right: Interval) -> Interval {
        Interval(nanoseconds: left.nanoseconds - right.nanoseconds)
    }

    /// `factor` times as long.
    @inlinable
    public static func * (left: Interval, factor: Int64) -> Interval {
        Interval(nanoseconds: left.nanoseconds * factor)
    }

    /// One `divisor`th, rounded towards zero.
    @inlinable
    public static func / (left: Interval, divisor: Int64) -> Interval {
        Interval(nanoseconds: left.nanoseconds / divisor)
    }
}
