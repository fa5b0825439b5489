import Timing

/// Asks a producer for a key frame on behalf of all its consumers, and again until one comes, more
/// slowly in the end.
///
/// However many consumers ask, the producer hears at most one PLI per `interval`
/// (RFC 4585 §6.3.1).
struct KeyframeRequester {
    private enum State {
        case satisfied
        case requested(at: Instant, retry: Instant, remaining: Int)
        case limited(until: Instant, wanted: Bool)
    }

    /// What the caller must do now; the requester itself sends nothing.
    enum Action: Equatable { case none, sendPLI }

    private let interval: Interval
    private var state = State.satisfied

    init(interval: Interval = .milliseconds(300)) { self.interval = interval }

    var nextDeadline: Instant? {
        switch state {
        case .satisfied: nil
        case .requested(_, let retry, _): retry
        case .limited(let until, _): until
        }
    }

    mutating func keyframeNeeded(at now: Instant) -> Action {
        switch state {
        case .satisfied:
            return request(at: now)
        case .requested(let asked, _, 0) where asked + interval <= now:  // who asks now is here now
            return request(at: now, remaining: 0)
        case .requested:
            return .none
        case .limited(let until, _):
            state = .limited(until: until, wanted: true)
            return .none
        }
    }

    /// Like `keyframeNeeded`, for who cannot send: `advance` asks, as soon as that may be.
    mutating func keyframeMissed(at now: Instant) {
        switch state {
        case .satisfied:
            state = .limited(until: now, wanted: true)
        case .requested(let asked, let retry, let remaining):
            let soon = max(now, asked + interval)
            state = .requested(at: asked, retry: min(retry, soon), remaining: remaining)
        case .limited(let until, _):
            state = .limited(until: until, wanted: true)
        }
    }

    /// A key frame began: the wish is met, and new wishes wait until an interval has passed since
    /// the request, however slowly it would have been repeated.
    mutating func keyframeArrived(at now: Instant) {
        switch state {
        case .satisfied: return
        case .requested(let asked, _, _): limit(until: asked + interval, at: now)
        case .limited(let until, _): limit(until: until, at: now)
        }
    }

    private mutating func limit(until: Instant, at now: Instant) {
        state = until > now ? .limited(until: until, wanted: false) : .satisfied
    }

    /// A stream begins, as a rule with a key frame: asks only if none has come after the interval.
    mutating func streamBegan(at now: Instant) {
        state = .limited(until: now + interval, wanted: true)
    }

    /// A stream goes on that was silent: who did not listen then may now.
    mutating func streamResumed(at now: Instant) {
        guard case .requested(let asked, _, _) = state else { return }
        state = .requested(
            at: asked, retry: max(now, asked + interval), remaining: Self.retries)
    }

    mutating func advance(to now: Instant) -> Action {
        switch state {
        case .requested(_, let retry, let remaining) where retry <= now:
            return request(at: now, remaining: max(remaining - 1, 0))
        case .limited(let until, let wanted) where until <= now:
            if wanted { return request(at: now) }
            state = .satisfied
            return .none
        case .satisfied, .requested, .limited:
            return .none
        }
    }

    private mutating func request(at now: Instant, remaining: Int = Self.retries) -> Action {
        let wait = remaining > 0 ? interval : interval * Self.patience
        state = .requested(at: now, retry: now + wait, remaining: remaining)
        return .sendPLI
    }

    /// After so many requests in a row the peer does not listen, or is asleep; whoever waits cannot
    /// ask by itself, as it is sent nothing: so it is asked on, slowly.
    private static let retries = 10
    private static let patience: Int64 = 16  // intervals, 5 s
}
