public import RTP
public import Timing

/// Puts a source's tracks on one time line: RTP timestamps in, media time since its start out.
///
/// The tracks begin together, by the timestamps of `RTP-Info` where the camera gives them, else as
/// they arrive. Pictures then follow their own timestamps, and sound follows the pictures by the wall
/// clock of both tracks' sender reports: by a fiftieth of its own pace, or by half of it and at once
/// where it is far off. A sender that sets its wall clock moves nothing. Timestamps that jump against
/// arrival by more than five seconds go on as they arrive, and pictures whose timestamps run away from
/// the sender's wall clock, or ahead of arrival where there are no reports, are led back slowly.
public struct CameraClock: Sendable {
    /// Timestamps that jumped, and were put where they arrived.
    public private(set) var jumpCount = 0
    /// Times that the sender has set its wall clock.
    public private(set) var clockStepCount = 0

    private var tracks: [TrackLine]
    private var reports: ReportedClocks
    private var start: Instant?
    private var lead = LeadWatch()

    /// Tracks by the ticks of their clocks in a second, the picture first.
    public init(rates: [Int]) {
        tracks = rates.map { TrackLine(rate: Int64(max($0, 1))) }
        reports = ReportedClocks(rates: rates.map { Int64(max($0, 1)) })
    }

    /// The timestamp of the moment at which all tracks begin.
    public mutating func setOrigin(_ timestamp: Int64, track: Int) {
        guard tracks.indices.contains(track), tracks[track].origin == nil else { return }
        tracks[track].origin = timestamp
    }

    /// A sender report's pair of clocks, and when it came.
    public mutating func reportArrived(
        _ ntp: NTPTimestamp, timestamp: Int64, track: Int, at now: Instant
    ) {
        guard tracks.indices.contains(track), ntp.value != 0 else { return }
        let report = ReportedClocks.Report(
            wall: ntp.unixNanoseconds, timestamp: timestamp, arrival: now)
        clockStepCount += reports.receive(report, track: track) ? 1 : 0
        leadBack()
        align()
    }

    /// The media time of a timestamp.
    public mutating func time(of timestamp: Int64, track: Int, arrival: Instant) -> Interval {
        guard tracks.indices.contains(track) else { return .zero }
        let start = start ?? arrival
        self.start = start
        let isFirst = tracks[track].origin == nil
        if tracks[track].place(timestamp, at: arrival - start, arrival: arrival), !isFirst {
            jumpCount += 1
            if track == 0 { reports.forgetLine() }
        }
        let moved = tracks[track].take(
            timestamp, at: arrival - start, arrival: arrival, isSound: track > 0)
        // What the pictures are moved by, sound follows without waiting for another report.
        if track == 0, moved != .zero {
            for index in tracks.indices.dropFirst() { follow(index, moved) }
        }
        let time = tracks[track].last ?? .zero
        if track == 0, !reports.isKnown,
            let correction = lead.correction(of: time, arrived: arrival - start)
        {
            tracks[0].correction = correction
        }
        return time
    }

    /// Nanoseconds since 1970 at media time zero, by the newest report of the pictures' sender, or of the
    /// sound's where there are no pictures; `nil` without one.
    public var senderWallClock: Int64? {
        guard let index = tracks.firstIndex(where: { $0.origin != nil }),
            let report = reports.newest(of: index)
        else { return nil }
        return report.wall &- tracks[index].raw(report.timestamp).nanoseconds
    }

    private mutating func follow(_ index: Int, _ step: Interval) {
        guard reports.areComparable, tracks[index].origin != nil else { return }
        tracks[index].correction = tracks[index].correction + step
    }

    /// Where sound should be by the wall clock of the picture.
    private mutating func align() {
        guard tracks.count > 1, tracks[0].origin != nil, tracks[1].origin != nil,
            let (picture, sound) = reports.pair
        else { return }
        let apart = Interval(nanoseconds: sound.wall &- picture.wall)
        let wanted = tracks[0].raw(picture.timestamp) + apart
        let error = wanted - tracks[1].raw(sound.timestamp)
        // A camera whose reports contradict its own timestamps is not believed.
        let isSane = error.magnitude <= Self.limit && error.magnitude >= Self.slack
        tracks[1].correction = isSane ? error : .zero
    }

    /// Leads pictures back that have run away from the sender's own wall clock.
    private mutating func leadBack() {
        guard tracks[0].origin != nil,
            let error = reports.error(ofLine: { tracks[0].raw($0) })
        else { return }
        tracks[0].correction = error
    }

    private static let slack = Interval.milliseconds(4)
    private static let limit = Interval.seconds(10)
}

/// Watches, where a sender makes no reports, whether its timestamps run faster than time: packets
/// may come late by more and more, but never earlier and earlier.
private struct LeadWatch: Sendable {
    private var windowEnd: Interval?
    private var best = Interval.seconds(-1_000_000)
    private var baseline: Interval?
    private var windows = 0

    /// What the line is to be moved by now.
    mutating func correction(of time: Interval, arrived: Interval) -> Interval? {
        let end = windowEnd ?? arrived + Self.window
        windowEnd = end
        best = max(best, time - arrived)
        guard arrived >= end else { return nil }
        defer { (windowEnd, best, windows) = (arrived + Self.window, time - arrived, windows + 1) }
        // A camera may send what it has kept before it sends what is new.
        guard let baseline, windows >= Self.settling else {
            baseline = max(baseline ?? best, best)
            return nil
        }
        let growth = best - baseline
        return growth > Self.limit ? .zero - growth : nil
    }

    private static let window = Interval.seconds(10)
    private static let settling = 3
    private static let limit = Interval.seconds(3)
}

extension TimestampUnwrapper {
    /// Where a report's timestamp lies on the packets' number line, which reports begin but do not
    /// move on: a sender of odd reports would carry it to where no time can be told.
    public mutating func locate(_ timestamp: UInt32) -> Int64 {
        newest == nil ? unwrap(timestamp) : peek(timestamp)
    }
}

extension Interval {
    /// How far it is from nothing, to either side.
    var magnitude: Interval { self < .zero ? .zero - self : self }

    /// The nearest that is no further than `limit` from nothing, to either side.
    func clamped(_ limit: Interval) -> Interval { min(max(self, .zero - limit), limit) }
}
