public import Timing

/// One track's timestamps as a timeline that only moves forward, whatever the camera wrote.
///
/// Wraps are followed; a single stray timestamp is passed over; a jump that three frames confirm
/// becomes a new epoch, joined by arrival times so that real gaps stay gaps. Each repair is counted.
/// The timestamps themselves pass through untouched: only deadlines are made from this.
public struct MediaTimeline: Sendable {
    /// Where a frame lies.
    struct Placement {
        /// Since the track's first frame.
        var mediaTime: Interval
        /// Whether the camera's own timestamp says so, and arrivals may be measured against it.
        var isTrusted: Bool
        /// Whether what was learnt from earlier frames no longer applies.
        var beginsEpoch: Bool
    }

    private struct Point {
        var timestamp: UInt32
        var mediaTime: Interval
        var arrival: Instant
    }

    private let clockRate: Int64
    private let jumpThreshold: Interval
    private var line: Point?  // the last frame whose timestamp was believed
    private var latest = Interval.zero  // the last frame's media time, however it came about
    private var candidate: Point?  // where a new epoch may have begun
    private var candidateNewest: UInt32 = 0
    private var candidateCount = 0
    private var strayCount: Int64 = 0
    private var frozenCount = 0
    private var isRestarting = false
    /// How far apart frames lie, smoothed.
    public private(set) var interval: Interval
    /// What had to be mended so far.
    public private(set) var repairs = TimelineRepairs()

    /// - Parameters:
    ///   - clockRate: Ticks a second.
    ///   - interval: How far apart frames lie as long as nothing is known.
    ///   - jumpThreshold: Timestamps that move further at once are doubted.
    public init(
        clockRate: UInt32, interval: Interval = .milliseconds(33),
        jumpThreshold: Interval = .seconds(5)
    ) {
        precondition(clockRate > 0, "a clock of no rate has no time: pass the rtpmap's rate")
        (self.clockRate, self.interval) = (Int64(clockRate), interval)
        self.jumpThreshold = jumpThreshold
    }

    /// Places the frame that begins at `arrival`; `floor` is the least of (arrival − media time) of
    /// late, if known: what comes a second before that did not come early, but has jumped. O(1).
    mutating func place(
        _ timestamp: UInt32, at arrival: Instant, floor: Interval? = nil
    ) -> Placement {
        guard let line else {
            isRestarting = false
            line = Point(timestamp: timestamp, mediaTime: .zero, arrival: arrival)
            return Placement(mediaTime: .zero, isTrusted: true, beginsEpoch: true)
        }
        let advance = span(from: line.timestamp, to: timestamp)
        let elapsed = arrival - line.arrival
        if isRestarting { return restarted(line.mediaTime + elapsed, timestamp, at: arrival) }
        if advance == .zero { return frozen(line, elapsed: elapsed) }
        frozenCount = 0
        let isGap = advance <= jumpThreshold || (advance - elapsed).magnitude <= jumpThreshold
        let delay = arrival - Instant(nanoseconds: 0) - line.mediaTime - advance
        let isTooEarly = floor.map { delay < $0 - Self.earliest } ?? false
        if advance > .zero && isGap && !isTooEarly {
            return follow(line, to: timestamp, by: advance, at: arrival)
        }
        return stray(line, to: timestamp, by: advance, at: arrival)
    }

    /// Where `timestamp` lies on the line of the newest frame; `nil` before the first.
    func mediaTime(of timestamp: UInt32) -> Interval? {
        line.map { $0.mediaTime + span(from: $0.timestamp, to: timestamp) }
    }

    /// Lets the next frame begin an epoch, joined by its arrival.
    mutating func restart() { isRestarting = true }

    private mutating func follow(
        _ line: Point, to timestamp: UInt32, by advance: Interval, at arrival: Instant
    ) -> Placement {
        if timestamp < line.timestamp { repairs.wraps += 1 }
        if candidateCount > 0 && !candidateIsReordering(line) { repairs.outliers += 1 }
        let step = min(advance / (strayCount + 1), Self.longestInterval)
        interval = interval + (step - interval) / 8
        (candidate, candidateCount, strayCount) = (nil, 0, 0)
        let mediaTime = line.mediaTime + advance
        latest = max(mediaTime, latest + tick)
        self.line = Point(timestamp: timestamp, mediaTime: mediaTime, arrival: arrival)
        return Placement(mediaTime: latest, isTrusted: latest == mediaTime, beginsEpoch: false)
    }

    private mutating func restarted(
        _ mediaTime: Interval, _ timestamp: UInt32, at arrival: Instant
    ) -> Placement {
        latest = max(mediaTime, latest + tick)
        line = Point(timestamp: timestamp, mediaTime: latest, arrival: arrival)
        (candidate, candidateCount, strayCount, frozenCount) = (nil, 0, 0, 0)
        isRestarting = false
        return Placement(mediaTime: latest, isTrusted: true, beginsEpoch: true)
    }

    /// The same timestamp again: a frame cut in two by its camera, or a clock that stands still.
    private mutating func frozen(_ line: Point, elapsed: Interval) -> Placement {
        (frozenCount, strayCount) = (frozenCount + 1, strayCount + 1)
        repairs.frozen += 1
        guard frozenCount > Self.splitLimit else {
            latest = latest + tick
            return Placement(mediaTime: latest, isTrusted: false, beginsEpoch: false)
        }
        let arrived = line.mediaTime + elapsed
        latest = min(max(arrived, latest + interval / 2), latest + interval * 2)
        return Placement(mediaTime: latest, isTrusted: false, beginsEpoch: false)
    }

    /// Backward, or too far forward: doubted until enough frames say the same.
    private mutating func stray(
        _ line: Point, to timestamp: UInt32, by advance: Interval, at arrival: Instant
    ) -> Placement {
        strayCount += 1
        let isReordering = advance < .zero && advance.magnitude <= Self.reorderSpan
        if isReordering { repairs.backward += 1 }
        let confirmed = confirm(line, timestamp, at: arrival)
        latest = latest + max(interval, tick)
        guard let begin = candidate,
            confirmed >= (isReordering ? Self.reorderDepth : Self.epochConfirmations)
        else { return Placement(mediaTime: latest, isTrusted: false, beginsEpoch: false) }
        if advance > .zero { repairs.jumps += 1 } else { repairs.resets += 1 }
        latest = max(latest, begin.mediaTime + span(from: begin.timestamp, to: timestamp))
        self.line = Point(timestamp: timestamp, mediaTime: latest, arrival: arrival)
        (candidate, candidateCount, strayCount) = (nil, 0, 0)
        return Placement(mediaTime: latest, isTrusted: true, beginsEpoch: true)
    }

    /// How many frames in a row lie on the line that `timestamp` lies on.
    private mutating func confirm(
        _ line: Point, _ timestamp: UInt32, at arrival: Instant
    ) -> Int {
        let step = span(from: candidateNewest, to: timestamp)
        if candidateCount == 0 || step <= .zero || step > jumpThreshold {
            let joined = line.mediaTime + (arrival - line.arrival)
            candidate = Point(timestamp: timestamp, mediaTime: joined, arrival: arrival)
            candidateCount = 0
        }
        candidateNewest = timestamp
        candidateCount += 1
        return candidateCount
    }

    private func candidateIsReordering(_ line: Point) -> Bool {
        guard let candidate else { return false }
        return span(from: line.timestamp, to: candidate.timestamp).magnitude <= Self.reorderSpan
    }

    private func span(from first: UInt32, to second: UInt32) -> Interval {
        let ticks = Int64(Int32(bitPattern: second &- first))
        return Interval(nanoseconds: ticks * 1_000_000_000 / clockRate)  // below 2^31 · 10^9
    }

    private var tick: Interval { Interval(nanoseconds: max(1_000_000_000 / clockRate, 1)) }

    private static let epochConfirmations = 3
    private static let reorderDepth = 17  // H.264 and H.265 reorder sixteen frames at most
    private static let reorderSpan = Interval.seconds(1)
    private static let splitLimit = 2
    private static let earliest = Interval.seconds(1)
    private static let longestInterval = Interval.seconds(2)
}
