import Timing

/// The time that parts are measured by: that of the track that leads. Another one may be handed in
/// long before or behind it, and counts by how far it has come since the leading track's last sample:
/// so parts neither flutter nor stop where that one pauses.
struct PartClock {
    private struct Follower {
        var last: Interval
        /// Its time when the leading track's last sample came.
        var mark: Interval
        /// How far the leading track has come since this one's last sample.
        var passed = Interval.zero

        mutating func leaderCame(after step: Interval) {
            mark = last
            passed = passed + step
        }

        /// Where it has paused, it takes up the leading track's time; it loses none of its own.
        mutating func came(at time: Interval) {
            mark = min(time, mark + passed)
            (last, passed) = (time, .zero)
        }
    }

    private var leading: Interval?
    private var followers: [Follower?] = []

    /// When a sample comes, by this clock. To be asked once for each, in order.
    mutating func time(of sample: Sample, isLeading: Bool) -> Interval {
        let time = sample.decodeTime
        if isLeading {
            let step = leading.map { max(time - $0, .zero) } ?? .zero
            leading = time
            for index in followers.indices { followers[index]?.leaderCame(after: step) }
            return time
        }
        while followers.count <= sample.track { followers.append(nil) }
        var follower = followers[sample.track] ?? Follower(last: time, mark: time)
        follower.came(at: time)
        followers[sample.track] = follower
        guard let leading else { return time }
        let passed = leading + max(time - follower.mark, .zero)
        return abs((time - passed).nanoseconds) <= Self.jitter.nanoseconds ? time : passed
    }

    /// Tracks that are side by side count by their own times.
    private static let jitter = Interval.milliseconds(50)
}
