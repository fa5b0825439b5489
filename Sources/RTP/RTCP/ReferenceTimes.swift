public import Timing

/// Keeps the reference times that receivers have sent until they are answered, so that those who send
/// nothing learn their round trip (RFC 3611 §4.4, §4.5).
///
/// ```
/// times.reportArrived(report, at: now)
/// …
/// let answer = ExtendedReport(ssrc: own, delayReports: times.takeDelayReports(at: now))
/// ```
public struct ReferenceTimes: Hashable, Sendable {
    private struct Heard: Hashable {
        var ssrc: UInt32
        var middle: UInt32
        var arrival: Instant
    }

    private var heard: [Heard] = []  // by their coming

    /// None heard.
    public init() {}

    /// Keeps the reference time of `report`, if it has one; a receiver's newest counts.
    public mutating func reportArrived(_ report: ExtendedReport, at now: Instant) {
        guard let reference = report.referenceTime else { return }
        heard.removeAll { $0.ssrc == report.ssrc }
        if heard.count == Self.limit { heard.removeFirst() }
        heard.append(Heard(ssrc: report.ssrc, middle: reference.middle, arrival: now))
    }

    /// The answers for the report that leaves at `now`; each reference time is answered once.
    public mutating func takeDelayReports(at now: Instant) -> [ExtendedReport.DelayReport] {
        let answers = heard.map { entry in
            let micro = max((now - entry.arrival).nanoseconds, 0) / 1_000
            return ExtendedReport.DelayReport(
                ssrc: entry.ssrc, lastReferenceTime: entry.middle,
                delay: UInt32(clamping: micro * 65_536 / 1_000_000))
        }
        heard.removeAll(keepingCapacity: true)
        return answers
    }

    /// Receivers whose reference time is kept: as many as one report is read by; the oldest goes.
    public static let limit = 31
}
