import Testing
import Wire

/// Counts how many children live, and how often each was ended.
private final class Census {
    var living = 0
}

private struct Child: ~Copyable {
    let census: Census
    var value: Int

    init(_ value: Int, _ census: Census) {
        (self.value, self.census) = (value, census)
        census.living += 1
    }

    deinit { census.living -= 1 }

    static func value(_ child: consuming Child?) -> Int? {
        switch consume child {
        case .some(let child): child.value
        case .none: nil
        }
    }
}

@Suite struct SlabTests {
    private let census = Census()

    @Test func `a handle finds its child until it is removed, then nothing`() {
        var slab = Slab<Child>(capacity: 1)
        let first = slab.insert(Child(1, census))
        #expect(slab[first].value == 1)
        slab[first].value = 5
        let removed = Child.value(slab.remove(first))
        #expect(removed == 5)
        #expect(census.living == 0)
        let second = slab.insert(Child(2, census))
        #expect(second.index == first.index)
        #expect(second != first)
        let (hasFirst, hasSecond) = (slab.contains(first), slab.contains(second))
        #expect(!hasFirst)
        #expect(hasSecond)
        let again = Child.value(slab.remove(first))
        #expect(again == nil)
        let found = slab.handle(at: first.index)
        #expect(found == second)
    }

    @Test func `growth keeps every child and its handle`() {
        var slab = Slab<Child>(capacity: 2)
        var handles: [Slab<Child>.Handle] = []
        for value in 0..<1_000 { handles.append(slab.insert(Child(value, census))) }
        for (value, handle) in handles.enumerated() {
            let found = slab[handle].value
            #expect(found == value)
        }
        let (count, all) = (slab.count, slab.handles)
        #expect(count == 1_000)
        #expect(all == handles)
        #expect(census.living == 1_000)
    }

    @Test func `the end of the slab is the end of its children, each once`() {
        do {
            var slab = Slab<Child>(capacity: 1)
            var handles: [Slab<Child>.Handle] = []
            for value in 0..<10 { handles.append(slab.insert(Child(value, census))) }
            for handle in handles where handle.index % 2 == 0 { _ = slab.remove(handle) }
            #expect(census.living == 5)
            let count = slab.count
            #expect(count == 5)
        }
        #expect(census.living == 0)
    }

    @Test func `no slot beyond the last has a child`() {
        var slab = Slab<Child>()
        let (beyond, negative) = (slab.handle(at: 0), slab.handle(at: -1))
        #expect(beyond == nil)
        #expect(negative == nil)
        let handle = slab.insert(Child(1, census))
        let other = Slab<Child>()
        let isKnown = other.contains(handle)
        #expect(!isKnown)
    }

    @Test func `slots are used again before the slab grows`() {
        var slab = Slab<Child>(capacity: 4)
        for round in 0..<100 {
            let handle = slab.insert(Child(round, census))
            #expect(handle.index == 0)
            _ = slab.remove(handle)
        }
        #expect(census.living == 0)
    }
}
