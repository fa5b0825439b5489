/// First in, first out, in room allocated once.
struct RingQueue<Element> {
    private var slots: [Element]
    private let mask: Int
    private var head = 0
    let capacity: Int
    private(set) var count = 0

    /// Room for `capacity` elements; `filler` lies where there are none.
    init(capacity: Int, filler: Element) {
        var size = 1
        while size < capacity { size *= 2 }
        slots = Array(repeating: filler, count: size)
        (mask, self.capacity) = (size - 1, capacity)
    }

    var isEmpty: Bool { count == 0 }
    var isFull: Bool { count >= capacity }

    /// The element `index` places behind the oldest.
    subscript(index: Int) -> Element {
        get { slots[(head + index) & mask] }
        _modify { yield &slots[(head + index) & mask] }
    }

    mutating func append(_ element: Element) {
        precondition(count < capacity, "ask isFull before append")
        slots[(head + count) & mask] = element
        count += 1
    }

    mutating func removeFirst() -> Element {
        precondition(count > 0, "ask isEmpty before removeFirst")
        let element = slots[head]
        head = (head + 1) & mask
        count -= 1
        return element
    }
}
