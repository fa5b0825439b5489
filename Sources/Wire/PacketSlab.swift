/// Fixed-size slots for received packets, one allocation for a whole loop.
///
/// A packet is decrypted into a slot once; consumers and retransmission caches keep only its
/// index. The memory is reserved at once and used by the kernel page by page as slots are touched.
public struct PacketSlab: ~Copyable {
    /// The octets one slot holds: an Ethernet payload, rounded up to a cache line.
    public static let slotByteCount = 1536

    @usableFromInline let base: UnsafeMutableRawPointer
    private var free: [UInt32]

    /// How many slots there are in all.
    public let capacity: Int

    /// Reserves `capacity` slots.
    public init(capacity: Int) {
        self.capacity = capacity
        base = .allocate(byteCount: capacity * Self.slotByteCount, alignment: 64)
        free = (0..<UInt32(capacity)).reversed()
    }

    deinit { base.deallocate() }

    /// Slots nobody holds.
    public var freeCount: Int { free.count }

    /// Takes a slot; `nil` when all are held: the packet is then dropped and counted by the caller.
    public mutating func take() -> UInt32? { free.popLast() }

    /// Gives a slot back. Giving it back twice would hand it to two packets: do not.
    public mutating func give(_ slot: UInt32) {
        assert(Int(slot) < capacity && free.count < capacity, "a slot was given back twice")
        free.append(slot)
    }

    /// The slot's first octet, valid while the slab lives.
    @inlinable
    public func address(of slot: UInt32) -> UnsafeMutableRawPointer {
        assert(Int(slot) < capacity, "no such slot")
        return base + Int(slot) &* Self.slotByteCount
    }
}
