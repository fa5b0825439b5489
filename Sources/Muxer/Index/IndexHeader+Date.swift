public import Timing

extension IndexHeader {
    /// The moment at a media time; `nil` where the recording knew no wall clock. What an index says is
    /// not believed beyond what a date can be: a sum that would overflow is the last or first there is.
    public func date(at time: Interval) -> DateTime? {
        guard wallClock != 0 else { return nil }
        let (sum, isOver) = wallClock.addingReportingOverflow(time.nanoseconds)
        return DateTime(nanoseconds: isOver ? (wallClock > 0 ? .max : .min) : sum)
    }
}
