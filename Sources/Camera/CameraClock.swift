import RTP
public import Timing

/// Puts a camera's tracks on one time line: RTP timestamps in, media time since its start out.
///
/// The tracks begin together, by the timestamps of `RTP-Info` where the camera gives them, else as
/// they arrive. Once sender reports have told the wall clock of both, sound follows the picture by
/// these: by a fiftieth of its own pace, or by half of it and at once where it is far off.
public struct CameraClock {
    private struct Track {
        let rate: Int64
        var origin: Int64?  // the timestamp at media time `base`
        var base = Interval.zero
        var report: (wall: Int64, timestamp: Int64)?  // nanoseconds since 1900
        var last: Interval?
    }

    private var tracks: [Track]
    private var start: Instant?
    private var correction = Interval.zero  // what sound is still to be moved by

    /// Tracks by the ticks of their clocks in a second, the picture first.
    public init(rates: [Int]) {
        tracks = rates.map { Track(rate: Int64(max($0, 1))) }
    }

    /// The timestamp of the moment at which all tracks begin.
    public mutating func setOrigin(_ timestamp: Int64, track: Int) {
        guard tracks.indices.contains(track), tracks[track].origin == nil else { return }
        tracks[track].origin = timestamp
    }

    /// A sender report's pair of clocks.
    public mutating func reportArrived(_ ntp: NTPTimestamp, timestamp: Int64, track: Int) {
        guard tracks.indices.contains(track) else { return }
        let seconds = Int64(ntp.value >> 32) * 1_000_000_000
        let wall = seconds + Int64(((ntp.value & 0xFFFF_FFFF) * 1_000_000_000) >> 32)
        tracks[track].report = (wall, timestamp)
        align()
    }

    /// The media time of a timestamp.
    public mutating func time(of timestamp: Int64, track: Int, arrival: Instant) -> Interval {
        guard tracks.indices.contains(track) else { return .zero }
        let start = start ?? arrival
        self.start = start
        if tracks[track].origin == nil {
            tracks[track].origin = timestamp
            tracks[track].base = arrival - start
        }
        var time = raw(timestamp, track)
        if track > 0, correction != .zero {
            let pace = tracks[track].last.map { ($0 - time).magnitude } ?? correction.magnitude
            move(track, by: step(after: pace))
            time = raw(timestamp, track)
        }
        tracks[track].last = time
        return time
    }

    private func raw(_ timestamp: Int64, _ track: Int) -> Interval {
        let ticks = timestamp - (tracks[track].origin ?? timestamp)
        let (seconds, rest) = ticks.quotientAndRemainder(dividingBy: tracks[track].rate)
        return tracks[track].base
            + Interval(
                nanoseconds: seconds * 1_000_000_000 + rest * 1_000_000_000 / tracks[track].rate)
    }

    /// How far to move now: never so far back that time stands still.
    private func step(after pace: Interval) -> Interval {
        if correction >= Self.jump { return correction }
        return correction.clamped(correction <= .zero - Self.jump ? pace / 2 : pace / 50)
    }

    private mutating func move(_ track: Int, by step: Interval) {
        tracks[track].base = tracks[track].base + step
        correction = correction - step
    }

    /// Where sound should be by the wall clock of the picture.
    private mutating func align() {
        guard tracks.count > 1, let picture = tracks[0].report, let sound = tracks[1].report,
            tracks[0].origin != nil, tracks[1].origin != nil
        else { return }
        let apart = Interval(nanoseconds: sound.wall - picture.wall)
        let wanted = raw(picture.timestamp, 0) + apart
        let error = wanted - raw(sound.timestamp, 1)
        // A camera whose reports contradict its own timestamps is not believed.
        correction = error.magnitude > Self.limit || error.magnitude < Self.slack ? .zero : error
    }

    private static let slack = Interval.milliseconds(5)
    private static let jump = Interval.milliseconds(200)
    private static let limit = Interval.seconds(10)
}

extension Interval {
    fileprivate var magnitude: Interval { self < .zero ? .zero - self : self }

    fileprivate static func / (left: Interval, right: Int64) -> Interval {
        Interval(nanoseconds: left.nanoseconds / right)
    }

    fileprivate func clamped(_ limit: Interval) -> Interval {
        min(max(self, .zero - limit), limit)
    }
}
