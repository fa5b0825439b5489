/// A bounded stretch of memory that engines write outgoing datagrams into, allocated once.
///
/// An engine writes at `tail`, then commits what it wrote. When too little room is left for the
/// next run it writes nothing; the driver sends what is there, empties the arena and asks again.
public struct SendArena: ~Copyable {
    /// The first octet. Valid as long as the arena lives.
    public let base: UnsafeMutableRawPointer
    /// How many octets the arena holds in all.
    public let capacity: Int
    /// How many octets are committed.
    public private(set) var count = 0

    /// Allocates `capacity` octets, uninitialised.
    public init(capacity: Int = Self.defaultCapacity) {
        base = .allocate(byteCount: capacity, alignment: 64)
        self.capacity = capacity
    }

    deinit { base.deallocate() }

    /// Where the next octet goes; `remaining` octets may be written from here.
    @inlinable
    public var tail: UnsafeMutableRawPointer { base + count }

    /// Octets still free.
    @inlinable
    public var remaining: Int { capacity &- count }

    /// Whether nothing is committed.
    @inlinable
    public var isEmpty: Bool { count == 0 }

    /// Makes the `byteCount` octets just written at `tail` part of the arena.
    public mutating func commit(_ byteCount: Int) {
        precondition(byteCount <= remaining, "commit only what the arena had room for")
        count &+= byteCount
    }

    /// Copies one whole datagram in; `nil`, and nothing written, when it does not fit.
    public mutating func append(_ bytes: [UInt8], to destination: Endpoint) -> Transmit? {
        guard bytes.count <= remaining else { return nil }
        let offset = count
        bytes.withUnsafeBytes { source in
            guard let start = source.baseAddress else { return }
            tail.copyMemory(from: start, byteCount: source.count)
        }
        commit(bytes.count)
        return Transmit(
            destination: destination,
            offset: offset,
            byteCount: bytes.count,
            segmentLength: bytes.count
        )
    }

    /// Forgets all that was committed, keeping the memory.
    public mutating func removeAll() { count = 0 }

    /// Enough for about two hundred full packets: one flush, well inside the second-level cache.
    public static let defaultCapacity = 256 * 1024
}

/// One run of datagrams to one destination, lying back to back in a `SendArena`.
///
/// Every datagram is `segmentLength` octets long but the last, which may be shorter: what the
/// kernel's UDP segmentation offload asks for.
public struct Transmit: Hashable, Sendable {
    /// Whom all of the run goes to.
    public var destination: Endpoint
    /// Where the run starts, in octets from the arena's base.
    public var offset: Int
    /// The whole run's length in octets.
    public var byteCount: Int
    /// One datagram's length in octets; equal to `byteCount` for a lone datagram.
    public var segmentLength: Int

    /// A run as the engine wrote it.
    public init(destination: Endpoint, offset: Int, byteCount: Int, segmentLength: Int) {
        self.destination = destination
        self.offset = offset
        self.byteCount = byteCount
        self.segmentLength = segmentLength
    }
}
