/// Ties the monotonic clock to the wall clock: one reading of both, taken together.
public struct ClockMap: Hashable, Sendable {
    private let instant: Instant
    private let unixNanoseconds: Int64

    /// Both clocks as they read at the same moment.
    ///
    /// - Parameters:
    ///   - instant: The monotonic clock.
    ///   - unixNanoseconds: The wall clock, since 1970-01-01 00:00 UTC.
    public init(instant: Instant, unixNanoseconds: Int64) {
        self.instant = instant
        self.unixNanoseconds = unixNanoseconds
    }

    /// The wall clock at `now`, in nanoseconds since 1970.
    public func unixNanoseconds(at now: Instant) -> Int64 {
        unixNanoseconds + (now - instant).nanoseconds
    }

    /// The wall clock at `now`, as RTCP writes it.
    public func ntp(at now: Instant) -> NTPTimestamp {
        NTPTimestamp(unixNanoseconds: unixNanoseconds(at: now))
    }
}
