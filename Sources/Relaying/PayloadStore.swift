import Timing

/// The octets of packets that wait in a pacer, by the number it knows them by.
struct PayloadStore {
    /// What one packet carries, and the moment at which that was captured.
    struct Entry {
        let payload: [UInt8]
        let captured: Instant
    }

    private var payloads: [Entry?] = []
    private var free: [Int] = []

    /// Keeps a payload; `nil` when there is no room.
    mutating func put(_ payload: Entry) -> Int? {
        if let slot = free.popLast() {
            payloads[slot] = payload
            return slot
        }
        guard payloads.count < Self.limit else { return nil }
        payloads.append(payload)
        return payloads.count - 1
    }

    /// Gives a payload back, once.
    mutating func take(_ slot: Int) -> Entry? {
        guard payloads.indices.contains(slot), let payload = payloads[slot] else { return nil }
        payloads[slot] = nil
        free.append(slot)
        return payload
    }

    private static let limit = 16_384  // beyond what the pacer's queues hold
}
