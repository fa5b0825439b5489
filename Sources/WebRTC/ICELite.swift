import Ciphers
public import Timing
public import Wire

/// One side's short-term credentials (RFC 8445 §5.3).
public struct ICECredentials: Hashable, Sendable {
    /// The user fragment, 4 to 256 characters; unique among the sessions of a port.
    public var ufrag: String
    /// The password, 22 to 256 characters.
    public var password: String

    /// Credentials as SDP carries them.
    public init(ufrag: String, password: String) {
        (self.ufrag, self.password) = (ufrag, password)
    }

    /// Fresh credentials: 48 and 144 unpredictable bits.
    public init(using random: inout SeededRandom) {
        self.init(ufrag: random.iceText(count: 8), password: random.iceText(count: 24))
    }
}

/// The lite side of ICE for one session (RFC 8445 §2.5): it answers the peer's checks, and the
/// peer's nomination decides. Consent lasts as long as checks keep coming (RFC 7675).
public struct ICELite: Sendable {
    /// What became of a request.
    public struct Outcome: Sendable {
        /// The answer, for the address the request came from.
        public var response: [UInt8]?
        /// Whether the request proved knowledge of the password.
        public var isAuthenticated = false
        /// Whether this is the session's first valid check: the path is open.
        public var isFirstValidation = false
    }

    /// Where media and handshake go; `nil` before the first valid check.
    public private(set) var selected: Endpoint?
    /// Whether consent ended. Final: a peer that comes back opens a new session.
    public private(set) var isExpired = false

    private var local: ICECredentials
    private var remote: ICECredentials
    private var validated: [Endpoint] = []  // last checked last
    private var isNominated = false
    private var consentUntil: Instant?

    /// A session that has heard nothing yet; consent is first needed when the first check arrives.
    public init(local: ICECredentials, remote: ICECredentials) {
        (self.local, self.remote) = (local, remote)
    }

    /// When consent ends unless another check comes.
    public var nextDeadline: Instant? { isExpired ? nil : consentUntil }

    /// Whether a check from `source` has proved knowledge of the password.
    public func isValidated(_ source: Endpoint) -> Bool { validated.contains(source) }

    /// Answers one request that names this session.
    public mutating func receive(
        _ bytes: RawSpan, from source: Endpoint, at now: Instant
    ) -> Outcome {
        guard !isExpired, let request = try? STUNMessage(parsing: bytes),
            request.messageClass == .request
        else { return Outcome() }
        guard request.hasCredentials else {
            return Outcome(response: refusal(of: request, code: 400))
        }
        guard request.username == "\(local.ufrag):\(remote.ufrag)",
            request.isAuthentic(bytes, password: local.password)
        else { return Outcome(response: refusal(of: request, code: 401)) }
        guard request.unknownAttributes.isEmpty else {
            return Outcome(response: refusal(of: request, code: 420))
        }
        var response = STUNMessage(.success, transactionID: request.transactionID)
        response.mappedAddress = source
        var outcome = Outcome(response: response.serialized(password: local.password))
        outcome.isAuthenticated = true
        outcome.isFirstValidation = validated.isEmpty
        validate(source, nominates: request.usesCandidate)
        // Consent to send to an address comes from that address alone (RFC 7675 §5.1).
        if source == selected { consentUntil = now + Self.consentTime }
        return outcome
    }

    /// Ends consent when its time has come.
    public mutating func advance(to now: Instant) {
        if let consentUntil, consentUntil <= now { isExpired = true }
    }

    /// Takes new credentials of both sides; the old path stays until the new one is checked
    /// (RFC 8445 §9).
    public mutating func restart(local: ICECredentials, remote: ICECredentials) {
        (self.local, self.remote) = (local, remote)
        isNominated = false
    }

    private mutating func validate(_ source: Endpoint, nominates: Bool) {
        validated.removeAll { $0 == source }
        // The peer moves between networks: the path longest unchecked is forgotten, but never the
        // one in use.
        if validated.count == Self.validatedLimit,
            let oldest = validated.firstIndex(where: { $0 != selected })
        {
            validated.remove(at: oldest)
        }
        validated.append(source)
        // Before any nomination media may already flow on a valid pair (RFC 8445 §8.1.1); of
        // several nominations the latest holds, so that aggressive nomination works as well.
        if nominates || !isNominated { selected = source }
        if nominates { isNominated = true }
    }

    private func refusal(of request: STUNMessage, code: Int) -> [UInt8] {
        var response = STUNMessage(.failure, transactionID: request.transactionID)
        response.errorCode = code
        // Only to who has proved the password is there more to say than the code.
        guard code == 420 else { return response.serialized(password: nil) }
        response.unknownAttributes = request.unknownAttributes
        return response.serialized(password: local.password)
    }

    private static let consentTime = Interval.seconds(30)  // RFC 7675 §5.1
    private static let validatedLimit = 16  // a few addresses on either side
}
