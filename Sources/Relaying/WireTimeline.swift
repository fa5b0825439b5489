import Timing

/// A track's timestamps as they are sent: the source's own, and on one line when another life of the
/// source begins its own anywhere.
///
/// The server sees one stream all the while; a jump of hours in it would be hours to a recording.
struct WireTimeline {
    private let clockRate: Int64
    private var offset: UInt32 = 0
    private var last: (timestamp: UInt32, captured: Instant)?
    private var isBroken = false

    init(clockRate: Int64) { self.clockRate = clockRate }

    /// What comes next has a line of its own.
    mutating func sourceChanged() { isBroken = last != nil }

    /// The timestamp to send for one of the source's, of a frame captured then.
    mutating func timestamp(for source: UInt32, captured: Instant) -> UInt32 {
        if isBroken, let last {
            let ticks = (captured - last.captured).nanoseconds / 1000 * clockRate / 1_000_000
            offset = last.timestamp &+ UInt32(truncatingIfNeeded: max(ticks, 1)) &- source
            isBroken = false
        }
        last = (source &+ offset, captured)
        return source &+ offset
    }

    /// The same for a timestamp near the last.
    func mapped(_ source: UInt32) -> UInt32 { source &+ offset }
}
