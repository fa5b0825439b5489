/// A wall-clock time as NTP and RTCP write it: seconds since 1900 in 32.32 fixed point
/// (RFC 3550 §4).
public struct NTPTimestamp: Hashable, Comparable, Sendable {
    /// Seconds in the upper half, the fraction of a second in the lower.
    public var value: UInt64

    /// A timestamp as it stands on the wire.
    public init(value: UInt64) { self.value = value }

    /// The wall-clock time `nanoseconds` after 1970-01-01 00:00 UTC.
    public init(unixNanoseconds nanoseconds: Int64) {
        let (seconds, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        let borrowed: Int64 = rest < 0 ? 1 : 0  // before 1970 the fraction still runs forwards
        let whole = UInt64(bitPattern: seconds - borrowed) &+ Self.unixEpoch
        let fraction = (UInt64(rest + borrowed * 1_000_000_000) << 32) / 1_000_000_000
        value = whole << 32 | fraction
    }

    /// Nanoseconds since 1970-01-01 00:00 UTC.
    public var unixNanoseconds: Int64 {
        let seconds = Int64(bitPattern: (value >> 32) &- Self.unixEpoch)
        return seconds * 1_000_000_000 + Int64(((value & 0xFFFF_FFFF) * 1_000_000_000) >> 32)
    }

    /// The middle 32 bits, as report blocks carry them (RFC 3550 §6.4.1, LSR).
    public var middle: UInt32 { UInt32(truncatingIfNeeded: value >> 16) }

    /// Orders by time.
    public static func < (left: NTPTimestamp, right: NTPTimestamp) -> Bool {
        left.value < right.value
    }

    private static let unixEpoch: UInt64 = 2_208_988_800
}
