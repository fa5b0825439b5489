import Timing

extension Interval {
    /// How long, whichever way.
    var magnitude: Interval { Interval(nanoseconds: abs(nanoseconds)) }

    /// So many thousandths of it.
    func perMille(_ count: Int64) -> Interval {
        Interval(nanoseconds: nanoseconds / 1_000 * count + nanoseconds % 1_000 * count / 1_000)
    }
}
