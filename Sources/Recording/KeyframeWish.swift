import Timing

/// When a source is asked for a key frame: where only one helps, and again until it comes, for a request is
/// lost as easily as a packet; and where none has come for a while. Browsers send them only when asked, and a
/// recording is cut, listed and gone to at key frames.
struct KeyframeWish {
    private var due: Instant?
    private var asked: Instant?  // since the last key frame
    private var tries = 0
    private var isIdle = false

    /// When one is asked for; `nil` before pictures are expected, and while none are written.
    var nextDeadline: Instant? { isIdle ? nil : due }

    /// Whether pictures are expected.
    var isExpecting: Bool { due != nil }

    /// Pictures begin, as a rule with a key frame: one is asked for if none has come a little later.
    mutating func expect(at now: Instant) {
        (due, asked, tries) = (now + Self.startPatience, nil, 0)
    }

    /// No pictures are expected any more.
    mutating func forget() { (due, asked, tries) = (nil, nil, 0) }

    /// While nothing is written none is asked for: it costs who publishes. When something or all is written
    /// again one is needed.
    mutating func limit(to intake: RecordingIntake, at now: Instant) {
        let wasIdle = isIdle
        isIdle = intake == .nothing
        if intake == .everything || wasIdle && !isIdle { needed(at: now) }
    }

    /// Only a key frame helps: one is asked for at once, unless that has just been done.
    mutating func needed(at now: Instant) {
        guard let due else { return }
        self.due = min(due, asked.map { max(now, $0 + Self.interval) } ?? now)
    }

    /// A key frame has come whole.
    mutating func keyframeArrived(at now: Instant) {
        (due, asked, tries) = (now + Self.period, nil, 0)
    }

    /// - Returns: Whether one is to be asked for now.
    mutating func advance(to now: Instant) -> Bool {
        guard let deadline = nextDeadline, deadline <= now else { return false }
        tries += 1
        (asked, due) = (now, now + (tries < Self.quickTries ? Self.interval : Self.period))
        return true
    }

    /// A server that has any sends its newest pictures at once.
    private static let startPatience = Interval.milliseconds(200)
    /// What it takes to send a large picture over a slow line; nobody is asked more often.
    private static let interval = Interval.seconds(1)
    /// Then the source does not listen, or shows nothing.
    private static let quickTries = 5
    /// As long as a segment of HLS should be at most, or nearly.
    private static let period = Interval.seconds(5)
}
