import Timing

/// When a source is asked for a key frame: where only one helps, and again until it comes, for a request is
/// lost as easily as a packet; and where none has come for a while. Browsers send them only when asked, and a
/// recording is cut, listed and gone to at key frames.
struct KeyframeWish {
    /// When one is asked for; `nil` before pictures are expected.
    private(set) var nextDeadline: Instant?

    private var asked: Instant?  // since the last key frame
    private var tries = 0

    /// Whether pictures are expected.
    var isExpecting: Bool { nextDeadline != nil }

    /// Pictures begin, as a rule with a key frame: one is asked for if none has come a little later.
    mutating func expect(at now: Instant) {
        (nextDeadline, asked, tries) = (now + Self.startPatience, nil, 0)
    }

    /// Only a key frame helps: one is asked for at once, unless that has just been done.
    mutating func needed(at now: Instant) {
        guard let deadline = nextDeadline else { return }
        nextDeadline = min(deadline, asked.map { max(now, $0 + Self.interval) } ?? now)
    }

    /// A key frame has come whole.
    mutating func keyframeArrived(at now: Instant) {
        (nextDeadline, asked, tries) = (now + Self.period, nil, 0)
    }

    /// - Returns: Whether one is to be asked for now.
    mutating func advance(to now: Instant) -> Bool {
        guard let due = nextDeadline, due <= now else { return false }
        tries += 1
        (asked, nextDeadline) = (now, now + (tries < Self.quickTries ? Self.interval : Self.period))
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
