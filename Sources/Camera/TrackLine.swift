import Timing

/// One track's way from timestamps to media time: a straight line, moved little by little.
struct TrackLine: Sendable {
    var origin: Int64?  // the timestamp at media time `base`
    /// What the line is still to be moved by.
    var correction = Interval.zero
    private(set) var last: Interval?
    private let rate: Int64
    private var base = Interval.zero
    private var lastArrival: Instant?
    /// The most that a time was ahead of its arrival.
    private var lead = Interval.seconds(-1_000_000)

    init(rate: Int64) { self.rate = rate }

    /// The media time of a timestamp by the line as it lies now.
    func raw(_ timestamp: Int64) -> Interval {
        let ticks = timestamp &- (origin ?? timestamp)
        let (seconds, rest) = ticks.quotientAndRemainder(dividingBy: rate)
        return base
            + Interval(nanoseconds: seconds &* 1_000_000_000 &+ rest * 1_000_000_000 / rate)
    }

    /// Lays the line where there is none yet, and anew where a timestamp lies further ahead of arrival
    /// than any before by more than five seconds, or behind the last one by more than any picture is
    /// shown late. What a network holds back and then brings all at once is neither.
    ///
    /// - Returns: Whether it was laid.
    mutating func place(_ timestamp: Int64, at elapsed: Interval, arrival: Instant) -> Bool {
        guard origin != nil else {
            (origin, base) = (timestamp, elapsed)
            return true
        }
        let time = raw(timestamp)
        guard let last, let lastArrival else {
            guard (time - elapsed).magnitude > Self.jump else { return false }
            (origin, base) = (timestamp, elapsed)  // what was said of the beginning is not true
            return true
        }
        guard time < last - Self.lateness || time - elapsed > lead + Self.jump else { return false }
        (origin, base) = (timestamp, last + max(arrival - lastArrival, .zero))
        correction = .zero
        return true
    }

    /// Moves the line by a step and keeps the timestamp's time.
    ///
    /// - Returns: The step.
    mutating func take(
        _ timestamp: Int64, at elapsed: Interval, arrival: Instant, isSound: Bool
    ) -> Interval {
        var step = Interval.zero
        if correction != .zero {
            let pace = last.map { (raw(timestamp) - $0).magnitude } ?? correction.magnitude
            step = isSound ? soundStep(after: pace) : pictureStep(after: pace)
            base = base + step
            correction = correction - step
        }
        let time = raw(timestamp)
        (last, lastArrival, lead) = (time, arrival, max(lead, time - elapsed))
        return step
    }

    /// How far to move now: never so far back that time stands still.
    private func soundStep(after pace: Interval) -> Interval {
        if correction >= Self.far { return correction }
        return correction.clamped(correction <= .zero - Self.far ? pace / 2 : pace / 50)
    }

    /// Pictures are moved where nobody sees it; what is far off, by a tenth or over a gap.
    private func pictureStep(after pace: Interval) -> Interval {
        if correction >= Self.gap { return correction }
        return correction.clamped(correction <= .zero - Self.ahead ? pace / 10 : pace / 50)
    }

    private static let far = Interval.milliseconds(200)
    private static let gap = Interval.seconds(2)
    private static let ahead = Interval.seconds(1)
    private static let jump = Interval.seconds(5)
    private static let lateness = Interval.seconds(1)
}
