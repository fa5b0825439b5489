import CSystem
public import Timing

extension Instant {
    /// The kernel's monotonic clock. Read once a turn; engines are told the time instead.
    public static func now() -> Instant {
        Instant(nanoseconds: system_monotonic_nanoseconds())
    }
}

extension ClockMap {
    /// Both clocks now, the wall clock read between two readings of the monotonic one.
    public static func now() -> ClockMap {
        let before = Instant.now()
        let wall = system_unix_nanoseconds()
        return ClockMap(instant: before + (Instant.now() - before) / 2, unixNanoseconds: wall)
    }
}
