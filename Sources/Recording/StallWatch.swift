import Timing

/// Notices that a source which is there sends nothing.
struct StallWatch {
    /// What is to be done about it.
    enum Action: Hashable {
        case none
        /// Tell: nothing has come for a while.
        case stalled
        /// End the file: what there is should be whole while nothing comes.
        case giveUp
    }

    private enum State {
        case idle
        case flowing(since: Instant)
        case stalled(since: Instant)
        case givenUp
    }

    private var state = State.idle
    private var heard: Instant?

    /// Whether nothing comes.
    var isStalled: Bool {
        switch state {
        case .idle, .flowing: false
        case .stalled, .givenUp: true
        }
    }

    var nextDeadline: Instant? {
        switch state {
        case .idle, .givenUp: nil
        case .flowing(let since): since + Self.patience
        case .stalled(let since): end(since)
        }
    }

    /// Frames are to be expected from now on, or one has come.
    mutating func frameArrived(at now: Instant) { state = .flowing(since: now) }

    /// Sound has come beside the pictures that are watched: its file goes on without them.
    mutating func soundArrived(at now: Instant) { heard = now }

    /// The source is away, which is told otherwise.
    mutating func sourceLeft() { state = .idle }

    mutating func advance(to now: Instant) -> Action {
        switch state {
        case .flowing(let since) where since + Self.patience <= now:
            state = .stalled(since: since)
            return .stalled
        case .stalled(let since) where end(since) <= now:
            state = .givenUp
            return .giveUp
        case .idle, .flowing, .stalled, .givenUp: return .none
        }
    }

    /// When nothing at all has come for so long that the file ends.
    private func end(_ since: Instant) -> Instant {
        max(since, heard ?? since) + Self.limit
    }

    /// How long nothing may come before it is told.
    static let patience = Interval.seconds(4)
    private static let limit = Interval.seconds(10)
}
