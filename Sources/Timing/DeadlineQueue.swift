/// Which of a parent's children is due next: a binary heap over small integer keys.
///
/// A key is the child's index in its `Slab`. Each key has at most one deadline; setting it again
/// moves it. `set` and `popDue` are O(log n), `next` is O(1).
public struct DeadlineQueue: Sendable {
    private struct Entry {
        var deadline: Instant
        var key: Int
    }

    private var heap: [Entry] = []
    private var positions: [Int] = []  // by key; -1 while the key has no deadline

    /// An empty queue.
    public init() {}

    /// The earliest deadline, `nil` when none is set.
    public var next: Instant? { heap.first?.deadline }

    /// How many keys have a deadline.
    public var count: Int { heap.count }

    /// Sets, moves or (with `nil`) clears the deadline of `key`.
    public mutating func set(_ key: Int, to deadline: Instant?) {
        while positions.count <= key { positions.append(-1) }
        let position = positions[key]
        switch (deadline, position) {
        case (let deadline?, -1):
            heap.append(Entry(deadline: deadline, key: key))
            positions[key] = heap.count - 1
            siftUp(heap.count - 1)
        case (let deadline?, _):
            heap[position].deadline = deadline
            siftUp(position)
            siftDown(positions[key])
        case (nil, -1):
            return
        case (nil, _):
            remove(at: position)
        }
    }

    /// Takes out one key that is due at `now`, earliest first; `nil` when none is.
    public mutating func popDue(at now: Instant) -> Int? {
        guard let first = heap.first, first.deadline <= now else { return nil }
        remove(at: 0)
        return first.key
    }

    private mutating func remove(at position: Int) {
        positions[heap[position].key] = -1
        let last = heap.removeLast()
        guard position < heap.count else { return }
        heap[position] = last
        positions[last.key] = position
        siftUp(position)
        siftDown(positions[last.key])
    }

    private mutating func siftUp(_ start: Int) {
        var child = start
        while child > 0 {
            let parent = (child - 1) / 2
            guard precedes(heap[child], heap[parent]) else { return }
            exchange(child, parent)
            child = parent
        }
    }

    private mutating func siftDown(_ start: Int) {
        var parent = start
        while true {
            let left = 2 * parent + 1
            guard left < heap.count else { return }
            let right = left + 1
            let child = right < heap.count && precedes(heap[right], heap[left]) ? right : left
            guard precedes(heap[child], heap[parent]) else { return }
            exchange(child, parent)
            parent = child
        }
    }

    private mutating func exchange(_ left: Int, _ right: Int) {
        heap.swapAt(left, right)
        positions[heap[left].key] = left
        positions[heap[right].key] = right
    }

    /// Ties are broken by key, so that the same inputs always give the same order.
    private func precedes(_ left: Entry, _ right: Entry) -> Bool {
        left.deadline == right.deadline ? left.key < right.key : left.deadline < right.deadline
    }
}
