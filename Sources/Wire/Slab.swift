/// Stores noncopyable children under handles that go stale when a child is removed.
///
/// Arrays and dictionaries refuse noncopyable elements. A slot is reused, its generation is not: a
/// handle kept too long finds nothing instead of a stranger. Insert, look-up and removal are O(1).
public struct Slab<Element: ~Copyable>: ~Copyable {
    /// Names one child for as long as it lives.
    public struct Handle: Hashable, Sendable {
        /// The slot, small and dense: usable as an index into arrays that run beside the slab.
        public let index: Int
        @usableFromInline let generation: UInt32

        @usableFromInline
        init(index: Int, generation: UInt32) {
            (self.index, self.generation) = (index, generation)
        }
    }

    @usableFromInline private(set) var slots: UnsafeMutablePointer<Element>
    @usableFromInline private(set) var generations: [UInt32] = []  // odd while occupied
    private var free: [Int] = []
    private var capacity: Int

    /// How many children live here.
    public private(set) var count = 0

    /// An empty slab.
    public init(capacity: Int = 16) {
        self.capacity = max(capacity, 1)
        slots = .allocate(capacity: self.capacity)
    }

    deinit {
        for index in generations.indices where generations[index] & 1 == 1 {
            (slots + index).deinitialize(count: 1)
        }
        slots.deallocate()
    }

    /// Every occupied slot's handle, in slot order. O(capacity): for reports, never per packet.
    public var handles: [Handle] {
        generations.indices.compactMap { index in
            generations[index] & 1 == 1
                ? Handle(index: index, generation: generations[index]) : nil
        }
    }

    /// Whether the child named by `handle` still lives.
    @inlinable
    public func contains(_ handle: Handle) -> Bool {
        handle.index < generations.count && generations[handle.index] == handle.generation
    }

    /// The handle of the child in slot `index`, if one lives there.
    public func handle(at index: Int) -> Handle? {
        guard generations.indices.contains(index), generations[index] & 1 == 1 else { return nil }
        return Handle(index: index, generation: generations[index])
    }

    /// The living child named by `handle`. A stale handle is the caller's mistake: ask `contains`.
    @inlinable
    public subscript(handle: Handle) -> Element {
        _read {
            precondition(contains(handle), "stale handle: ask contains(_:) before the subscript")
            yield slots[handle.index]
        }
        _modify {
            precondition(contains(handle), "stale handle: ask contains(_:) before the subscript")
            yield &slots[handle.index]
        }
    }

    /// Takes `child` in and names it.
    public mutating func insert(_ child: consuming Element) -> Handle {
        let index = free.popLast() ?? appendSlot()
        generations[index] &+= 1
        (slots + index).initialize(to: child)
        count += 1
        return Handle(index: index, generation: generations[index])
    }

    /// Gives the child back, and makes its handle stale; `nil` when it was stale already.
    public mutating func remove(_ handle: Handle) -> Element? {
        guard contains(handle) else { return nil }
        generations[handle.index] &+= 1
        free.append(handle.index)
        count -= 1
        return (slots + handle.index).move()
    }

    private mutating func appendSlot() -> Int {
        let index = generations.count
        if index == capacity { grow() }
        generations.append(0)
        return index
    }

    private mutating func grow() {
        let larger = UnsafeMutablePointer<Element>.allocate(capacity: capacity * 2)
        // Growth happens only with every slot taken, so all of them move.
        larger.moveInitialize(from: slots, count: capacity)
        slots.deallocate()
        slots = larger
        capacity *= 2
    }
}
