import Timing

/// The tracks' sender reports on one wall clock: what the sender's own steps have moved is moved
/// back, so that only the time between a track's reports counts.
///
/// A report that contradicts the one before tells that either the sender has set its wall clock, which
/// both tracks' reports show alike, or the track's timestamps have jumped, which only its own do.
struct ReportedClocks: Sendable {
    struct Report: Hashable, Sendable {
        var wall: Int64  // nanoseconds since 1970
        var timestamp: Int64
        var arrival: Instant
    }

    private struct Track: Sendable {
        let rate: Int64
        var report: Report?  // the last one believed, its wall clock without steps
        var shift: Int64 = 0
        var suspect: (report: Report, residual: Int64)?
        var suspectCount = 0
    }

    private var tracks: [Track]
    private var line: (wall: Int64, media: Interval, arrival: Instant)?

    init(rates: [Int64]) { tracks = rates.map { Track(rate: $0) } }

    /// Whether the first track's reports tell how its timestamps fare.
    var isKnown: Bool { line != nil }

    /// The newest reports of pictures and sound, where they are of one clock.
    var pair: (picture: Report, sound: Report)? {
        guard tracks.count > 1, let picture = tracks[0].report, let sound = tracks[1].report,
            tracks[0].suspect == nil, tracks[1].suspect == nil
        else { return nil }
        let (apart, came) = (sound.wall &- picture.wall, (sound.arrival - picture.arrival))
        let difference = apart.subtractingReportingOverflow(came.nanoseconds)
        guard !difference.overflow, difference.partialValue.magnitude < Self.strangeness else {
            return nil
        }
        return (picture, sound)
    }

    /// A track's newest report, by the sender's wall clock as it is set now; `nil` while there is none that
    /// can be believed.
    func newest(of track: Int) -> Report? {
        guard tracks[track].suspect == nil, var report = tracks[track].report else { return nil }
        report.wall = report.wall &+ tracks[track].shift
        return report
    }

    /// Whether sound follows the pictures.
    var areComparable: Bool { pair != nil }

    /// - Returns: Whether it shows that the sender has set its clock.
    mutating func receive(_ heard: Report, track: Int) -> Bool {
        var report = heard
        report.wall = heard.wall &- tracks[track].shift
        guard let last = tracks[track].report else {
            tracks[track].report = report
            return false
        }
        let residual = residual(from: last, to: report, track)
        guard residual.magnitude > tolerance(from: last, to: report) else {
            (tracks[track].report, tracks[track].suspect) = (report, nil)
            tracks[track].suspectCount = 0
            return settle(against: track)
        }
        tracks[track].suspect = (report, residual)
        tracks[track].suspectCount += 1
        return judge(track)
    }

    /// A suspect of one track, once the other has reported as well.
    private mutating func judge(_ track: Int) -> Bool {
        guard let suspect = tracks[track].suspect else { return false }
        for other in tracks.indices where other != track {
            guard let theirs = tracks[other].suspect else { continue }
            let apart = theirs.residual.subtractingReportingOverflow(suspect.residual)
            if !apart.overflow, apart.partialValue.magnitude < Self.likeness {
                // One step for both, or what lies between their drifts would part them.
                believeStep(of: track, by: suspect.residual)
                believeStep(of: other, by: suspect.residual)
                return true
            }
        }
        // Alone, or the other track is silent: arrival tells which of the clocks has jumped.
        guard tracks.count == 1 || tracks[track].suspectCount >= Self.proof else { return false }
        guard let last = tracks[track].report else { return false }
        let came = (suspect.report.arrival - last.arrival).nanoseconds
        let wallError = (suspect.report.wall &- last.wall).subtractingReportingOverflow(came)
        let mediaError = media(from: last, to: suspect.report, track) &- came
        if wallError.overflow || wallError.partialValue.magnitude > mediaError.magnitude {
            believeStep(of: track, by: suspect.residual)
            return true
        }
        believeJump(of: track)
        return false
    }

    /// The report of a track has contradicted nothing: what another is suspected of is its own.
    private mutating func settle(against track: Int) -> Bool {
        guard let sound = tracks[track].report else { return false }
        for other in tracks.indices where other != track {
            guard let suspect = tracks[other].suspect, suspect.report.arrival < sound.arrival,
                sound.arrival - suspect.report.arrival > Self.grace
            else { continue }
            believeJump(of: other)
        }
        return false
    }

    private mutating func believeStep(of track: Int, by step: Int64) {
        guard let suspect = tracks[track].suspect else { return }
        var report = suspect.report
        report.wall = report.wall &- step
        tracks[track].shift = tracks[track].shift &+ step
        (tracks[track].report, tracks[track].suspect) = (report, nil)
        tracks[track].suspectCount = 0
    }

    private mutating func believeJump(of track: Int) {
        guard let suspect = tracks[track].suspect else { return }
        (tracks[track].report, tracks[track].suspect) = (suspect.report, nil)
        tracks[track].suspectCount = 0
    }

    private func residual(from last: Report, to report: Report, _ track: Int) -> Int64 {
        (report.wall &- last.wall) &- media(from: last, to: report, track)
    }

    private func media(from last: Report, to report: Report, _ track: Int) -> Int64 {
        let (seconds, rest) = (report.timestamp &- last.timestamp)
            .quotientAndRemainder(dividingBy: tracks[track].rate)
        return seconds &* 1_000_000_000 &+ rest * 1_000_000_000 / tracks[track].rate
    }

    /// Two clocks drift apart by a few hundred millionths, and reports are made in a hurry.
    private func tolerance(from last: Report, to report: Report) -> UInt64 {
        20_000_000 + (report.arrival - last.arrival).nanoseconds.magnitude / 500
    }

    /// Reports of one clock may be older the one than the other when a server tells of both at once.
    private static let strangeness: UInt64 = 8_000_000_000
    private static let likeness: UInt64 = 15_000_000
    private static let proof = 3
    private static let grace = Interval.milliseconds(500)
}

// MARK: The first track's line

extension ReportedClocks {
    /// How far the first track's line has left the sender's wall clock, where it is more than
    /// half a second and arrival agrees with the wall clock.
    ///
    /// - Parameter media: The media time of a timestamp.
    mutating func error(ofLine media: (Int64) -> Interval) -> Interval? {
        guard tracks[0].suspect == nil, let report = tracks[0].report else { return nil }
        guard let line else {
            self.line = (report.wall, media(report.timestamp), report.arrival)
            return nil
        }
        let passed = report.wall &- line.wall
        let came = (report.arrival - line.arrival).nanoseconds
        let isSane =
            (passed &- came).magnitude < Self.sanity + came.magnitude / 1000
        guard isSane else { return nil }
        let error = Interval(nanoseconds: passed) - (media(report.timestamp) - line.media)
        return error.magnitude > Self.excess ? error : nil
    }

    /// Timestamps have jumped, and were put where they arrived: that is where the line begins now.
    mutating func forgetLine() { line = nil }

    private static let sanity: UInt64 = 2_000_000_000
    private static let excess = Interval.milliseconds(500)
}
