import Timing

/// Keeps a session to eight packets in any millisecond, whatever the timer did.
///
/// Counts real departures, so that a late wake-up cannot make up for itself in one burst.
struct BurstLimit {
    private var recent = InlineArray<8, Int64>(repeating: .min / 2)  // a ring, oldest at `next`
    private var next = 0

    /// The first moment at which `count` packets, eight at most, may leave together.
    func earliest(for count: Int) -> Instant {
        let last = (next + min(count, Self.packetsPerWindow) - 1) % Self.packetsPerWindow
        return Instant(nanoseconds: recent[last]) + Self.window
    }

    /// Counts a packet that leaves at `now`.
    mutating func packetLeft(at now: Instant) {
        recent[next] = now.nanoseconds
        next = (next + 1) % Self.packetsPerWindow
    }

    static let packetsPerWindow = 8
    private static let window = Interval.milliseconds(1)
}
