import Timing
import Wire

/// The paths between the servers and each client, one for each way, by the client's address.
struct ClientLinks {
    private var up: [Endpoint: SeededLink] = [:]
    private var down: [Endpoint: SeededLink] = [:]

    mutating func add(_ client: Endpoint, _ conditions: SeededLink.Conditions, seed: UInt64) {
        up[client] = SeededLink(conditions, seed: seed)
        down[client] = SeededLink(conditions, seed: seed ^ 0xFFFF)
    }

    /// The client has another address; its links stay as they are.
    mutating func move(_ client: Endpoint, to address: Endpoint) {
        up[address] = up.removeValue(forKey: client)
        down[address] = down.removeValue(forKey: client)
    }

    mutating func set(_ conditions: SeededLink.Conditions, for client: Endpoint) {
        up[client]?.conditions = conditions
        down[client]?.conditions = conditions
    }

    /// What the link to a client has lost, and what its queue had no room for.
    func losses(towards client: Endpoint) -> (lost: Int, overflowed: Int) {
        let link = down[client]
        return (link?.lostCount ?? 0, link?.overflowCount ?? 0)
    }

    /// When a client's datagram arrives: never, once or more than once.
    mutating func arrivals(
        of byteCount: Int, from client: Endpoint, at now: Instant
    ) -> [Instant] {
        up[client]?.arrivals(of: byteCount, at: now) ?? []
    }

    /// When a datagram for a client arrives: never, once or more than once.
    mutating func arrivals(of byteCount: Int, to client: Endpoint, at now: Instant) -> [Instant] {
        down[client]?.arrivals(of: byteCount, at: now) ?? []
    }
}
