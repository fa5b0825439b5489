import Timing

/// When a session with the server may be asked for again: at once after one that has lasted, after
/// growing waits while none is granted or none lasts.
///
/// Two relays that publish as the same peer end one another's sessions: without a wait they would do
/// that as fast as the server answers.
struct SessionRetry {
    private var failures = 0
    private var agreed: Instant?

    /// A session was granted.
    mutating func agreed(at now: Instant) { agreed = now }

    /// None was.
    mutating func failed() {
        failures += 1
        agreed = nil
    }

    /// How long to wait before the next is asked for; `nil` for not at all.
    ///
    /// - Parameters:
    ///   - now: The time.
    ///   - spread: What the wait is multiplied by, so that many do not come back at once.
    mutating func wait(at now: Instant, spread: Double) -> Duration? {
        if let agreed {
            failures = now - agreed < Self.lasting ? failures + 1 : 0
            self.agreed = nil
        }
        guard failures > 0 else { return nil }
        return .seconds(Double(min(1 << min(failures - 1, 5), Self.longest)) * spread)
    }

    private static let lasting = Interval.seconds(3)  // of a session that was of use
    private static let longest = 30  // seconds
}
