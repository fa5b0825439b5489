import Ciphers
public import Wire

/// The controlling side's checks of one pair: what a client of a lite agent sends, to open the path
/// and to keep consent (RFC 8445 §7.2, RFC 7675).
///
/// It nominates with every check and keeps no time: who owns it asks for a request when one is due,
/// every 50 ms until the first answer and then every few seconds.
public struct ICEConnectivityCheck: Sendable {
    /// What an answer says.
    public enum Reply: Hashable, Sendable {
        /// The pair is valid; the other side sees us under this address.
        case valid(mapped: Endpoint)
        /// The other side refused, with this ERROR-CODE. Nothing proves that it was the other side.
        case refused(code: Int)
        /// No answer to a request of ours that still waits, or one without the password's proof.
        case ignored
    }

    /// Whether any check has been answered.
    public private(set) var isValid = false

    private let local: ICECredentials
    private let remote: ICECredentials
    private let priority: UInt32
    private let tieBreaker: UInt64
    private var random: SeededRandom
    private var waiting: [STUNMessage.TransactionID] = []  // oldest first

    /// Checks of one pair.
    ///
    /// - Parameters:
    ///   - local: Ours.
    ///   - remote: The lite agent's, from its description.
    ///   - priority: Of the candidate that a check would reveal (RFC 8445 §5.1.2).
    ///   - random: Makes the transactions' identifiers and the tie-breaker.
    public init(
        local: ICECredentials, remote: ICECredentials, priority: UInt32 = hostPriority,
        random: SeededRandom
    ) {
        (self.local, self.remote, self.priority) = (local, remote, priority)
        self.random = random
        tieBreaker = self.random.next()
    }

    /// The next request; earlier ones still may be answered, the last `waitingLimit` of them.
    public mutating func request() -> [UInt8] {
        let id = STUNMessage.TransactionID(
            high: UInt32(truncatingIfNeeded: random.next()), low: random.next())
        if waiting.count == Self.waitingLimit { waiting.removeFirst() }
        waiting.append(id)
        var request = STUNMessage(.request, transactionID: id)
        request.username = "\(remote.ufrag):\(local.ufrag)"
        request.priority = priority
        request.role = .controlling(tieBreaker)
        request.usesCandidate = true
        return request.serialized(password: remote.password)
    }

    /// Takes in what may be an answer. Each request is answered once.
    public mutating func receive(_ bytes: RawSpan) -> Reply {
        guard let answer = try? STUNMessage(parsing: bytes),
            let index = waiting.firstIndex(of: answer.transactionID)
        else { return .ignored }
        switch answer.messageClass {
        case .request, .indication: return .ignored
        case .success:
            guard answer.isAuthentic(bytes, password: remote.password),
                answer.unknownAttributes.isEmpty, let mapped = answer.mappedAddress
            else { return .ignored }
            waiting.remove(at: index)
            isValid = true
            return .valid(mapped: mapped)
        case .failure:
            // The request goes on waiting: a stranger's refusal must not hide the true answer.
            guard let code = answer.errorCode else { return .ignored }
            return .refused(code: code)
        }
    }

    /// A host candidate's, or a peer-reflexive one's, as good as any when there is one pair.
    public static let hostPriority: UInt32 = 1_853_882_367  // type 110, local 32767, component 1
    static let waitingLimit = 8
}
