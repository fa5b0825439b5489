import Ciphers
import Timing
import Wire

/// The addresses that a controlling agent tries, most preferred first, each with its checks and when
/// they are due (RFC 8445 §6.1.2).
struct CandidatePairs: Sendable {
    private struct Pair {
        let remote: Endpoint
        var check: ICEConnectivityCheck
        var due: Instant
        var tries = 0
    }

    private let local: ICECredentials
    private let remote: ICECredentials
    private var pairs: [Pair] = []

    init(local: ICECredentials, remote: ICECredentials) {
        (self.local, self.remote) = (local, remote)
    }

    /// When the next of all checks is due.
    var nextCheck: Instant? { pairs.map(\.due).min() }

    /// Tries one more address, if it is new and there is room.
    mutating func add(_ candidate: Endpoint, due: Instant, using random: inout SeededRandom) {
        guard pairs.count < Self.limit, !pairs.contains(where: { $0.remote == candidate })
        else { return }
        let seed = (0..<4).flatMap { _ in withUnsafeBytes(of: random.next()) { Array($0) } }
        let check = ICEConnectivityCheck(
            local: local, remote: remote, random: SeededRandom(seed: seed))
        pairs.append(Pair(remote: candidate, check: check, due: due))
    }

    /// The checks that are due; each address's next follows after twice the wait.
    mutating func requests(dueAt now: Instant) -> [(bytes: [UInt8], destination: Endpoint)] {
        var requests: [(bytes: [UInt8], destination: Endpoint)] = []
        for index in pairs.indices where pairs[index].due <= now {
            requests.append((pairs[index].check.request(), pairs[index].remote))
            let wait = Self.firstWait * (1 << Int64(min(pairs[index].tries, 4)))
            pairs[index].tries += 1
            pairs[index].due = now + wait
        }
        return requests
    }

    /// A check of one address, whenever it is due.
    mutating func request(to address: Endpoint) -> [UInt8]? {
        guard let index = pairs.firstIndex(where: { $0.remote == address }) else { return nil }
        return pairs[index].check.request()
    }

    /// Whether a message answers one of the checks of the address that it comes from.
    mutating func isValidated(by bytes: RawSpan, from source: Endpoint) -> Bool {
        guard let index = pairs.firstIndex(where: { $0.remote == source }),
            case .valid = pairs[index].check.receive(bytes)
        else { return false }
        return true
    }

    /// Forgets all addresses but this.
    mutating func settle(on address: Endpoint) { pairs.removeAll { $0.remote != address } }

    static let limit = 16
    private static let firstWait = Interval.milliseconds(250)  // doubling to four seconds
}
