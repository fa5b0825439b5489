/// An IP address and a port, IPv4 or IPv6: whom a datagram came from or goes to.
///
/// IPv4 is kept as its mapped form (RFC 4291 §2.5.5.2), so that one hash and one comparison serve
/// both families. Three words, trivial to copy.
public struct Endpoint: Hashable, Sendable {
    /// The first eight octets of the address, most significant first.
    public var high: UInt64
    /// The last eight octets of the address, most significant first.
    public var low: UInt64
    /// The port, in the host's byte order.
    public var port: UInt16
    /// Which of this machine's addresses is spoken from, by a number that the socket gave it; 0 is
    /// whichever the route picks. Two numbers make two paths to one peer, so they differ.
    public var via: UInt16 = 0

    /// An IPv6 address, or an IPv4 one already in its mapped form.
    public init(high: UInt64, low: UInt64, port: UInt16) {
        (self.high, self.low, self.port) = (high, low, port)
    }

    /// The IPv4 address whose octets are those of `address`, most significant first.
    public init(ipv4 address: UInt32, port: UInt16) {
        self.init(high: 0, low: Self.mappedPrefix | UInt64(address), port: port)
    }

    /// The IPv4 address, or `nil` when this is IPv6.
    public var ipv4: UInt32? {
        guard high == 0, low & ~0xFFFF_FFFF == Self.mappedPrefix else { return nil }
        return UInt32(truncatingIfNeeded: low)
    }

    /// Whether the address is 127.0.0.0/8 or ::1.
    public var isLoopback: Bool {
        if let ipv4 { return ipv4 >> 24 == 127 }
        return high == 0 && low == 1
    }

    /// Whether the address means "every address of this machine": 0.0.0.0 or ::.
    public var isUnspecified: Bool { ipv4 == 0 || (high == 0 && low == 0) }

    /// Three whole words: packets are told apart by this.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(high)
        hasher.combine(low)
        hasher.combine(UInt64(port) << 16 | UInt64(via))
    }

    private static let mappedPrefix: UInt64 = 0xFFFF_0000_0000
}
