public import Timing

/// The share of a source's frames that were lost lately: in the last half a minute to a minute.
public struct LossWindow: Hashable, Sendable {
    private struct Mark: Hashable {
        var time: Instant
        var received: UInt64
        var lost: UInt64
    }

    private var base: Mark?  // the counts that the share is of those since
    private var middle: Mark?  // what becomes the base
    private var last: Mark?

    /// Nothing has come.
    public init() {}

    /// Notes what has come so far, and what of it was lost.
    mutating func note(received: UInt64, lost: UInt64, at now: Instant) {
        let mark = Mark(time: now, received: received, lost: lost)
        last = mark
        guard let middle else { return (base, self.middle) = (mark, mark) }
        if now - middle.time >= Self.step { (base, self.middle) = (middle, mark) }
    }

    /// From 0 to 1; 0 where nothing has been told for a minute.
    public func share(at now: Instant) -> Double {
        guard let base, let last, now - last.time <= Self.step * 2, last.lost > base.lost else {
            return 0
        }
        let came = max(last.received - base.received, 1)
        return min(Double(last.lost - base.lost) / Double(came), 1)
    }

    private static let step = Interval.seconds(30)
}
