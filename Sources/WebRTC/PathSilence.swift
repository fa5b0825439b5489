import Timing

/// Notices that the other side has gone quiet, long before consent ends (RFC 7675): after five
/// seconds, as browsers say `disconnected`. Whatever proves to be the other side's breaks it.
///
///     heard ──2.5 s──▶ asked ──2.5 s──▶ noticed ──patience──▶ over
///       ◀────────anything authentic────────┘
struct PathSilence {
    /// What is to be done about it.
    enum Action: Hashable {
        case none
        /// Send a check, and repeat it until it is answered.
        case check
        /// Nothing has come in spite of it: the path does not work now.
        case notice
        /// It has not come back in its time.
        case giveUp
    }

    // Counted from the question, not from the last word: a process that was suspended asks first.
    private enum State: Hashable {
        case heard(Instant)
        case asked(Instant)
        case noticed(Instant)
        case over
    }

    private var state: State
    private let patience: Interval?

    /// A path that works now.
    ///
    /// - Parameters:
    ///   - patience: How long it may take to come back once the silence is noticed; `nil`: for ever.
    ///   - now: When the other side was last heard.
    init(patience: Interval?, at now: Instant) {
        (self.patience, state) = (patience, .heard(now))
    }

    /// Whether the silence has been noticed and goes on.
    var isNoticed: Bool {
        switch state {
        case .heard, .asked: false
        case .noticed, .over: true
        }
    }

    /// When `advance` wants to be called next.
    var nextDeadline: Instant? {
        switch state {
        case .heard(let last): last + Self.askTime
        case .asked(let asked): asked + Self.answerTime
        case .noticed(let noticed): patience.map { noticed + $0 }
        case .over: nil
        }
    }

    /// The other side has proved that it is there.
    mutating func heard(at now: Instant) {
        guard state != .over else { return }
        state = .heard(now)
    }

    /// Says what is due, one thing at a time.
    mutating func advance(to now: Instant) -> Action {
        guard let due = nextDeadline, due <= now else { return .none }
        switch state {
        case .heard:
            state = .asked(now)
            return .check
        case .asked:
            state = .noticed(now)
            return .notice
        case .noticed:
            state = .over
            return .giveUp
        case .over: return .none
        }
    }

    private static let askTime = Interval.milliseconds(2500)  // as often as browsers check
    private static let answerTime = Interval.milliseconds(2500)
}
