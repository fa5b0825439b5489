import Timing

/// When media was captured, by the wall clock: where its time zero lies.
///
/// By the sender's reports, where its clock is right: what comes live is then a little older than now, and
/// never younger. By arrival otherwise: what a server has kept from before comes late for its times, and
/// what is live does not, so the soonest of the last minute or two tells. One or the other for as long as
/// the source stays, so that files adjoin.
struct CaptureClock {
    private enum Basis { case undecided, sender, arrival }

    /// Whether what comes is live: where time zero lies does not change any more but by drift.
    private(set) var isSettled = false
    /// Nanoseconds since 1970 at media time zero, as the sender has last told.
    var sender: Int64?

    private var basis = Basis.undecided
    /// When time zero would have come: by the soonest of this minute, and of the one before.
    private var soonest: (now: Instant, before: Instant)?
    private var windowEnd = Instant(nanoseconds: 0)
    /// The soonest when it last moved, and since when it has not.
    private var mark: (zero: Instant, since: Instant)?
    private var first: Instant?

    /// Takes note of a frame of the track that files begin with.
    mutating func frameArrived(_ time: Interval, at arrival: Instant) {
        let zero = arrival - time
        note(zero, at: arrival)
        guard !isSettled else { return }
        let began = first ?? arrival
        first = began
        guard let mark, zero >= mark.zero - Self.jitter else {
            mark = (zero, arrival)  // it gains on time: it is from before
            isSettled = arrival - began >= Self.longest
            return
        }
        isSettled = arrival - mark.since >= Self.patience
    }

    /// A frame of another track has come: it says nothing, but time goes by.
    mutating func otherFrameArrived(at arrival: Instant) {
        if let first, arrival - first >= Self.longest { isSettled = true }
    }

    /// All that was to come has come.
    mutating func settle() { isSettled = first != nil }

    /// Nanoseconds since 1970 at media time zero, as far as is known now; `nil` before the first frame.
    ///
    /// - Parameter clock: The wall clock here.
    mutating func wallClock(by clock: ClockMap) -> Int64? {
        guard let soonest else { return nil }
        let arrival = clock.unixNanoseconds(at: min(soonest.now, soonest.before))
        let told = sender.flatMap { isSane($0, arrival) ? $0 : nil }
        if isSettled, basis == .undecided || told == nil {
            basis = told == nil ? .arrival : .sender
        }
        switch basis {
        case .arrival: return arrival
        case .undecided, .sender: return told ?? arrival
        }
    }

    private mutating func note(_ zero: Instant, at arrival: Instant) {
        guard let known = soonest else {
            (soonest, windowEnd) = ((zero, zero), arrival + Self.window)
            return
        }
        guard arrival < windowEnd else {
            (soonest, windowEnd) = ((zero, known.now), arrival + Self.window)
            return
        }
        soonest?.now = min(known.now, zero)
    }

    /// Nothing comes before it was captured, and no path takes longer than the limit.
    private func isSane(_ told: Int64, _ arrival: Int64) -> Bool {
        let (delay, isOver) = arrival.subtractingReportingOverflow(told)
        return !isOver && (0...Self.delayLimit).contains(delay)
    }

    private static let jitter = Interval.milliseconds(20)
    /// What is sent faster than time by a fifth has moved by more than jitter within this.
    private static let patience = Interval.milliseconds(100)
    /// The longest replay that is waited for.
    private static let longest = Interval.seconds(2)
    private static let window = Interval.seconds(60)
    /// Clocks that nobody sets are further off than this, cameras and encoders less.
    private static let delayLimit: Int64 = 1_000_000_000
}
