import Ciphers
public import Timing
public import Wire

/// The full, controlling side of ICE for one session over one socket (RFC 8445): it tries the
/// other side's candidates, settles on the first that answers, and keeps its consent (RFC 7675).
///
/// One socket, one base: a pair is named by its remote address. Addresses of ours are not told, the
/// server learns them from the checks; so it must be reachable by itself, as media servers are.
public struct ICEAgent: Sendable {
    /// Where the session stands. `failed` is final.
    public enum State: Hashable, Sendable {
        /// No candidate has answered yet.
        case checking
        /// This one has; media may flow.
        case connected(Endpoint)
        /// None has answered, or the one in use has stopped to.
        case failed
    }

    /// Where the session stands.
    public private(set) var state = State.checking

    private let local: ICECredentials
    private let remote: ICECredentials
    private var random: SeededRandom
    private var pairs: CandidatePairs
    private var output: [(bytes: [UInt8], destination: Endpoint)] = []
    private var nextCheck: Instant?
    private var limit: Instant?  // of checking, then of consent
    private var unanswered = 0

    /// A session that begins to check at once.
    ///
    /// - Parameters:
    ///   - local: Ours, fresh.
    ///   - remote: The other side's, from its description.
    ///   - candidates: The other side's addresses, most preferred first; those beyond 16 are left out.
    ///   - seed: Makes transactions and times unlike those of other sessions.
    ///   - now: When the first check is due.
    public init(
        local: ICECredentials, remote: ICECredentials, candidates: [Endpoint], seed: [UInt8],
        at now: Instant
    ) {
        (self.local, self.remote) = (local, remote)
        random = SeededRandom(seed: seed)
        pairs = CandidatePairs(local: local, remote: remote)
        limit = now + Self.checkingTime
        for (index, candidate) in candidates.prefix(CandidatePairs.limit).enumerated() {
            pairs.add(candidate, due: now + Self.pacing * Int64(index), using: &random)
        }
        nextCheck = now
    }

    /// The address in use.
    public var selected: Endpoint? {
        switch state {
        case .connected(let endpoint): endpoint
        case .checking, .failed: nil
        }
    }

    /// When `advance` wants to be called next.
    public var nextDeadline: Instant? {
        switch state {
        case .failed: return nil
        case .checking, .connected: break
        }
        guard let nextCheck, let limit else { return nextCheck ?? limit }
        return min(nextCheck, limit)
    }

    /// Takes in a STUN message from `source`: an answer to a check, or a check of the other side's.
    ///
    /// - Returns: Whether it proves that the other side is there, at the address in use.
    @discardableResult
    public mutating func receive(_ bytes: RawSpan, from source: Endpoint, at now: Instant) -> Bool {
        guard state != .failed, let message = try? STUNMessage(parsing: bytes) else { return false }
        let isAuthentic =
            switch message.messageClass {
            case .request: answer(message, bytes, from: source, at: now)
            case .success, .failure: takeAnswer(bytes, from: source, at: now)
            case .indication: false
            }
        return isAuthentic && source == selected
    }

    /// Has the address in use checked now, and each second until it answers.
    public mutating func checkNow(at now: Instant) {
        guard selected != nil else { return }
        unanswered = max(unanswered, 1)  // or the next would follow after a regular interval
        nextCheck = min(nextCheck ?? now, now)
    }

    /// Sends the checks that are due, and gives up what has been silent for too long.
    public mutating func advance(to now: Instant) {
        guard state != .failed else { return }
        if let limit, limit <= now {
            state = .failed
            return
        }
        guard let due = nextCheck, due <= now else { return }
        if let selected { keepConsent(of: selected, at: now) } else { checkPairs(at: now) }
    }

    /// The next datagram and where it goes.
    public mutating func nextDatagram() -> (bytes: [UInt8], destination: Endpoint)? {
        output.isEmpty ? nil : output.removeFirst()
    }
}

// MARK: Checks

extension ICEAgent {
    private mutating func checkPairs(at now: Instant) {
        for (bytes, destination) in pairs.requests(dueAt: now) { send(bytes, to: destination) }
        nextCheck = pairs.nextCheck
    }

    private mutating func keepConsent(of selected: Endpoint, at now: Instant) {
        guard let request = pairs.request(to: selected) else { return }
        send(request, to: selected)
        // Within a fifth of five seconds, so that many sessions do not check at once. One that was
        // not answered is soon repeated.
        unanswered += 1
        let spread = Interval.milliseconds(4000 + Int64(random.next() % 2000))
        nextCheck = now + (unanswered > 1 ? Self.retryTime : spread)
    }

    private mutating func takeAnswer(
        _ bytes: RawSpan, from source: Endpoint, at now: Instant
    ) -> Bool {
        guard pairs.isValidated(by: bytes, from: source) else { return false }
        switch state {
        case .checking:
            state = .connected(source)
            pairs.settle(on: source)
            nextCheck = now + Self.retryTime
            limit = now + Self.consentTime
        case .connected(let selected) where selected == source:
            unanswered = 0
            limit = now + Self.consentTime
            nextCheck = max(nextCheck ?? now, now + Self.retryTime)
        case .connected, .failed: break
        }
        return true
    }

    private mutating func send(_ bytes: [UInt8], to destination: Endpoint) {
        guard output.count < Self.outputLimit else { return }
        output.append((bytes, destination))
    }

    /// A full agent checks in its turn; who knows the password is tried at once (RFC 8445 §7.3.1.4).
    ///
    /// - Returns: Whether the request is the other side's.
    private mutating func answer(
        _ request: STUNMessage, _ bytes: RawSpan, from source: Endpoint, at now: Instant
    ) -> Bool {
        guard request.username == "\(local.ufrag):\(remote.ufrag)",
            request.isAuthentic(bytes, password: local.password)
        else { return false }
        guard case .controlling? = request.role else {
            var response = STUNMessage(.success, transactionID: request.transactionID)
            response.mappedAddress = source
            send(response.serialized(password: local.password), to: source)
            guard state == .checking else { return true }
            pairs.add(source, due: now, using: &random)
            nextCheck = now
            return true
        }
        // The offerer controls when the other side is lite or has answered; it must yield.
        var conflict = STUNMessage(.failure, transactionID: request.transactionID)
        conflict.errorCode = 487
        send(conflict.serialized(password: local.password), to: source)
        return true
    }

    private static let pacing = Interval.milliseconds(50)  // Ta, RFC 8445 §14.2
    private static let retryTime = Interval.seconds(1)
    private static let checkingTime = Interval.seconds(30)
    private static let consentTime = Interval.seconds(30)  // RFC 7675 §5.1
    private static let outputLimit = 64
}
