public import Timing

/// Watches one stream's sequence numbers and says which packets to ask for again (RFC 4585 §6.2.1).
///
/// A gap is asked for once two newer packets have come, or after `reorderingTolerance`; then again
/// after each round trip, at most `Self.tryLimit` times. What cannot be got that way needs a key
/// frame. At most `Self.outstandingLimit` packets are waited for.
public struct NackGenerator: Sendable {
    /// What the caller must do now.
    public enum Action: Hashable, Sendable {
        /// Nothing.
        case none
        /// Packets are lost for good: ask for a key frame.
        case requestKeyframe
    }

    private struct Missing {
        var number: Int64
        var due: Instant
        var arrivals: UInt32  // how many newer packets had come when the gap showed
        var tries: Int
        var asked: Instant  // first
    }

    /// The path's round trip: as a report gave it, and as repeats have come since; 100 ms until then.
    public var roundTripTime = Interval.milliseconds(100)

    /// How many packets came after they were asked for.
    public private(set) var recoveredCount = 0

    private let reorderingTolerance: Interval
    private var unwrapper = SequenceUnwrapper()
    private var missing: [Missing] = []  // by rising number
    private var arrivals: UInt32 = 0
    private var deadline: Instant?

    /// - Parameter reorderingTolerance: How long a packet may be late before it counts as lost.
    public init(reorderingTolerance: Interval = .milliseconds(10)) {
        self.reorderingTolerance = reorderingTolerance
    }

    /// When `advance` is due; `nil` while nothing is missing.
    public var nextDeadline: Instant? { deadline }

    /// How many packets are being waited for.
    public var outstandingCount: Int { missing.count }

    /// Takes note of a packet, fresh or sent again.
    ///
    /// - Parameters:
    ///   - sequenceNumber: Its number, where it was sent again the original one.
    ///   - isRetransmission: Whether it is known to be an answer: how long that took is learned.
    ///   - now: The time.
    public mutating func packetArrived(
        _ sequenceNumber: UInt16, isRetransmission: Bool = false, at now: Instant
    ) -> Action {
        guard let newest = unwrapper.newest else {
            _ = unwrapper.unwrap(sequenceNumber)
            return .none
        }
        let number = unwrapper.unwrap(sequenceNumber)
        guard number > newest else {
            remove(number, isRetransmission: isRetransmission, at: now)
            return .none
        }
        arrivals &+= 1
        if number > newest + 1 { return open(newest + 1..<number, at: now) }
        // The second newer packet makes a gap worth asking for at once.
        if let last = missing.last, last.tries == 0 { deadline = now }
        return .none
    }

    /// Forgets what is missing before the key frame that begins with `sequenceNumber`: nobody needs
    /// it any more.
    public mutating func keyframeArrived(_ sequenceNumber: UInt16) {
        guard !missing.isEmpty else { return }
        let number = unwrapper.peek(sequenceNumber)
        missing.removeAll { $0.number < number }
        if missing.isEmpty { deadline = nil }
    }

    /// Appends to `requests` the sequence numbers to ask for now, oldest first.
    ///
    /// - Parameters:
    ///   - now: The time, never earlier than before.
    ///   - requests: The caller's buffer, kept from call to call so that nothing is allocated.
    /// - Returns: Whether what was given up makes a key frame necessary.
    public mutating func advance(to now: Instant, into requests: inout [UInt16]) -> Action {
        guard let deadline, deadline <= now else { return .none }
        let retry = max(Self.shortestRetry, roundTripTime * 5 / 4)
        var next: Instant?
        var kept = 0
        for var entry in missing {
            let isDue = entry.due <= now || (entry.tries == 0 && arrivals &- entry.arrivals > 0)
            if isDue {
                guard entry.tries < Self.tryLimit else { continue }
                requests.append(UInt16(truncatingIfNeeded: entry.number))
                if entry.tries == 0 { entry.asked = now }
                entry.tries += 1
                entry.due = now + retry
            }
            next = min(next ?? entry.due, entry.due)
            missing[kept] = entry
            kept += 1
        }
        let hasGivenUp = kept < missing.count
        missing.removeLast(missing.count - kept)
        self.deadline = next
        return hasGivenUp ? .requestKeyframe : .none
    }

    private mutating func open(_ gap: Range<Int64>, at now: Instant) -> Action {
        guard missing.count + gap.count <= Self.outstandingLimit else {
            // Asking for so much would only add to what overwhelms the path.
            missing.removeAll(keepingCapacity: true)
            deadline = now  // that is to be asked for now, even if nobody takes note here
            return .requestKeyframe
        }
        let due = now + reorderingTolerance
        for number in gap {
            missing.append(
                Missing(number: number, due: due, arrivals: arrivals, tries: 0, asked: now))
        }
        deadline = min(deadline ?? due, due)
        return .none
    }

    private mutating func remove(_ number: Int64, isRetransmission: Bool, at now: Instant) {
        guard let index = missing.firstIndex(where: { $0.number == number }) else { return }
        let entry = missing.remove(at: index)
        if entry.tries > 0 { recoveredCount += 1 }
        if entry.tries > 0, isRetransmission { learn(now - entry.asked) }
        if missing.isEmpty { deadline = nil }
    }

    /// From the first request on: who answers the second would else seem quicker than it is.
    private mutating func learn(_ sample: Interval) {
        let sample = min(sample, Self.longestRoundTrip)
        roundTripTime = roundTripTime + (sample - roundTripTime) / 4
    }

    /// How many packets are waited for at most; a longer gap asks for a key frame at once.
    public static let outstandingLimit = 512
    /// How often one packet is asked for.
    public static let tryLimit = 10
    private static let longestRoundTrip = Interval.seconds(1)
    private static let shortestRetry = Interval.milliseconds(20)
}
