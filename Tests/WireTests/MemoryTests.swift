import Testing
import Wire

@Suite struct PacketSlabTests {
    @Test func `gives out each slot once, then none`() {
        var slab = PacketSlab(capacity: 3)
        var slots: Set<UInt32> = []
        while let slot = slab.take() { slots.insert(slot) }
        #expect(slots == [0, 1, 2])
        let free = slab.freeCount
        #expect(free == 0)
        slab.give(1)
        let again = slab.take()
        #expect(again == 1)
    }

    @Test func `slots lie apart and keep what is written`() {
        var slab = PacketSlab(capacity: 2)
        for value in [1, 2] as [UInt8] {
            guard let slot = slab.take() else { continue }
            slab.address(of: slot).initializeMemory(
                as: UInt8.self,
                repeating: value,
                count: PacketSlab.slotByteCount
            )
        }
        let distance = slab.address(of: 1) - slab.address(of: 0)
        #expect(distance == PacketSlab.slotByteCount)
        let last = slab.address(of: 0).load(
            fromByteOffset: PacketSlab.slotByteCount - 1,
            as: UInt8.self
        )
        #expect(last == 1)
    }
}

@Suite struct SendArenaTests {
    static let destination = Endpoint(ipv4: 0xC000_0201, port: 9)

    @Test func `datagrams lie back to back until the arena is full`() {
        var arena = SendArena(capacity: 10)
        let first = arena.append([1, 2, 3, 4], to: Self.destination)
        #expect(
            first
                == Transmit(
                    destination: Self.destination,
                    offset: 0,
                    byteCount: 4,
                    segmentLength: 4
                )
        )
        let second = arena.append([5, 6, 7, 8, 9, 10], to: Self.destination)
        #expect(second?.offset == 4)
        let (remaining, third) = (arena.remaining, arena.append([11], to: Self.destination))
        #expect(remaining == 0)
        #expect(third == nil)
        let octet = arena.base.load(fromByteOffset: 9, as: UInt8.self)
        #expect(octet == 10)
    }

    @Test func `what does not fit writes nothing`() {
        var arena = SendArena(capacity: 2)
        let refused = arena.append([1, 2, 3], to: Self.destination)
        let isEmpty = arena.isEmpty
        #expect(refused == nil)
        #expect(isEmpty)
    }

    @Test func `an emptied arena begins at its base again`() {
        var arena = SendArena(capacity: 8)
        arena.tail.storeBytes(of: 7, as: UInt8.self)
        arena.commit(1)
        let distance = arena.tail - arena.base
        #expect(distance == 1)
        arena.removeAll()
        let (count, capacity, remaining) = (arena.count, arena.capacity, arena.remaining)
        #expect(count == 0)
        #expect(capacity == 8)
        #expect(remaining == 8)
    }
}
