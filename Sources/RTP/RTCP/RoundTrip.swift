public import Timing

extension ReportBlock {
    /// The round trip as the reported sender sees it (RFC 3550 §6.4.1).
    ///
    /// - Parameter now: The sender's own NTP clock when the report arrived.
    /// - Returns: `nil` when the receiver had no report of ours yet, or its numbers do not fit.
    public func roundTripTime(at now: NTPTimestamp) -> Interval? {
        roundTrip(since: lastSenderReport, less: delaySinceLastSenderReport, at: now)
    }
}

extension ExtendedReport.DelayReport {
    /// The round trip as the receiver sees it whose reference time is answered (RFC 3611 §4.5).
    ///
    /// - Parameter now: The receiver's own NTP clock when the answer arrived.
    /// - Returns: `nil` when the numbers do not fit.
    public func roundTripTime(at now: NTPTimestamp) -> Interval? {
        roundTrip(since: lastReferenceTime, less: delay, at: now)
    }
}

/// What is left of the time since `middle`, the middle of a timestamp of ours, once the other side's own
/// delay is taken off; all in 65 536ths of a second.
private func roundTrip(since middle: UInt32, less delay: UInt32, at now: NTPTimestamp) -> Interval?
{
    guard middle != 0 else { return nil }
    let units = now.middle &- middle &- delay
    guard units < 1 << 31 else { return nil }
    return Interval(nanoseconds: (Int64(units) * 1_000_000_000) >> 16)
}
