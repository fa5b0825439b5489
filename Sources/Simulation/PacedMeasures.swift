public import Timing

/// What a replay's frames say about the pacer, measured from outside it.
public struct PacedMeasures: Sendable {
    private let frames: [PacedFrameRecord]

    /// Measures frames captured in a part of a trace.
    public init(
        _ frames: [PacedFrameRecord], from first: Interval = .zero, to last: Interval? = nil
    ) {
        self.frames = frames.filter { frame in
            let captured = frame.captured - CameraTrace.start
            return captured >= first && captured < last ?? captured + .microseconds(1)
        }
    }

    /// How many frames were sent, of both tracks.
    public var sent: Int { frames.count { !$0.isDropped } }
    /// How many were let go.
    public var dropped: Int { frames.count { $0.isDropped } }

    /// From a frame's arrival to its last packet's departure, sorted.
    public func added(track: Int) -> [Interval] {
        of(track).map { $0.departed - $0.arrival }.sorted()
    }

    /// How far the distance of two frames' departures is from that of their capture, sorted.
    public func variation(track: Int) -> [Interval] {
        let frames = of(track)
        return zip(frames.dropFirst(), frames).map { later, earlier in
            let difference = (later.began - earlier.began) - (later.captured - earlier.captured)
            return Interval(nanoseconds: abs(difference.nanoseconds))
        }.sorted()
    }

    /// How much later a video frame's end leaves than the sound of its moment, either way, sorted.
    public func skew() -> [Interval] {
        let sounds = of(1)
        guard !sounds.isEmpty else { return [] }
        var place = 0
        return of(0).map { frame in
            while place + 1 < sounds.count && sounds[place + 1].captured <= frame.captured {
                place += 1
            }
            let seen = frame.departed - frame.captured
            let heard = sounds[place].departed - sounds[place].captured
            return Interval(nanoseconds: abs((seen - heard).nanoseconds))
        }.sorted()
    }

    /// By how much the delay from capture grows, in milliseconds an hour (least squares).
    public func slope(track: Int) -> Double {
        let points = of(track).map { frame in
            (
                hours: (frame.captured - CameraTrace.start).seconds / 3_600,
                delay: (frame.departed - frame.captured).seconds * 1_000
            )
        }
        let count = Double(points.count)
        let (middle, mean) = (
            points.reduce(0) { $0 + $1.hours } / count, points.reduce(0) { $0 + $1.delay } / count
        )
        let (up, down) = points.reduce((0.0, 0.0)) { sums, point in
            let away = point.hours - middle
            return (sums.0 + away * (point.delay - mean), sums.1 + away * away)
        }
        return down > 0 ? up / down : 0
    }

    /// How long after `end` the delay from capture came to within 50 ms of what it was before
    /// `begin` for good; `nil` when it never did.
    public func recovery(track: Int, stalledFrom begin: Interval, to end: Interval) -> Interval? {
        let before = of(track).filter { $0.captured - CameraTrace.start < begin - .seconds(1) }
            .map { $0.departed - $0.captured }.sorted()
        guard let usual = before.quantile(500) else { return nil }
        let restored = CameraTrace.start + end
        let late = of(track).filter { frame in
            frame.departed >= restored
                && frame.departed - frame.captured > usual + .milliseconds(50)
        }
        guard let last = late.last else { return .zero }
        guard let end = of(track).last, last.captured < end.captured - .seconds(1) else {
            return nil
        }
        return last.departed - restored
    }

    /// A receiver's jitter as RFC 3550 §6.4.1 reckons it, at its worst; frame ends only.
    public func receiverJitter(track: Int) -> Interval {
        var (jitter, worst) = (Int64(0), Int64(0))
        let frames = of(track)
        for (later, earlier) in zip(frames.dropFirst(), frames) {
            let difference =
                (later.departed - earlier.departed) - (later.captured - earlier.captured)
            jitter += (abs(difference.nanoseconds) - jitter) / 16
            worst = max(worst, jitter)
        }
        return Interval(nanoseconds: worst)
    }

    /// Frames of a track that were sent, by capture.
    private func of(_ track: Int) -> [PacedFrameRecord] {
        frames.filter { $0.track == track && !$0.isDropped }
    }
}

extension Array where Element == Interval {
    /// Of sorted intervals, the one that `perMille` thousandths do not exceed.
    public func quantile(_ perMille: Int) -> Interval? {
        guard let last else { return nil }
        let index = Swift.min(count * perMille / 1_000, count - 1)
        return index < 0 ? last : self[index]
    }
}
