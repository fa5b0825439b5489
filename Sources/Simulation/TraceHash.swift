import Timing
import Wire

/// A fingerprint of all that was ever sent (FNV-1a over octets, addresses and times).
public struct TraceHash: Hashable, Sendable {
    /// The hash so far.
    public private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325
    /// Datagrams hashed.
    public private(set) var count = 0

    mutating func add(
        _ bytes: [UInt8], from source: Endpoint, to destination: Endpoint, at now: Instant
    ) {
        count += 1
        mix(UInt64(bitPattern: now.nanoseconds))
        for endpoint in [source, destination] {
            mix(endpoint.high)
            mix(endpoint.low)
            mix(UInt64(endpoint.port))
        }
        for octet in bytes { value = (value ^ UInt64(octet)) &* Self.prime }
    }

    private mutating func mix(_ word: UInt64) { value = (value ^ word) &* Self.prime }

    private static let prime: UInt64 = 0x100_0000_01B3
}
