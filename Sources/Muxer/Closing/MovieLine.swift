import Timing

/// The clock that a plain MP4's tracks share.
struct MovieLine {
    /// What the file calls zero.
    let origin: Interval
    /// Ticks in a second that every track's divide, so that edits are exact.
    let timescale: Int64

    init(origin: Interval, of tracks: [MovieTrack]) {
        self.origin = origin
        timescale = tracks.map(\.timescale).reduce(1) { common, scale in
            var (larger, smaller) = (common, scale)
            while smaller != 0 { (larger, smaller) = (smaller, larger % smaller) }
            let multiple = common / max(larger, 1) * scale
            return multiple <= Int64(Int32.max) ? multiple : common
        }
    }

    /// When a track ends.
    func shownUntil(_ track: MovieTrack, _ counts: TableCounts) -> Int64 {
        scaled(counts.shownEnd &- track.ticks(origin), of: track)
    }

    /// A track's ticks in its own.
    func scaled(_ ticks: Int64, of track: MovieTrack) -> Int64 {
        // The common clock is a multiple of the track's but where rates are too odd for one.
        let (seconds, rest) = ticks.quotientAndRemainder(dividingBy: track.timescale)
        return seconds &* timescale &+ rest &* timescale / track.timescale
    }
}
