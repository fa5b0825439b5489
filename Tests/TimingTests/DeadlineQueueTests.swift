import Testing
import Timing

@Suite struct DeadlineQueueTests {
    @Test func `gives keys back in the order of their deadlines`() {
        var queue = DeadlineQueue()
        let deadlines = (0..<200).map { Int64($0) * 7_919 % 997 }  // in no order
        for (key, deadline) in deadlines.enumerated() {
            queue.set(key, to: Instant(nanoseconds: deadline))
        }
        var popped: [Int64] = []
        while let key = queue.popDue(at: Instant(nanoseconds: 1000)) {
            popped.append(deadlines[key])
        }
        #expect(popped == deadlines.sorted())
        #expect(queue.next == nil)
    }

    @Test func `moving or clearing a deadline leaves the others where they were`() {
        var queue = DeadlineQueue()
        for key in 0..<10 { queue.set(key, to: Instant(nanoseconds: Int64(key))) }
        queue.set(3, to: Instant(nanoseconds: 100))
        queue.set(5, to: nil)
        var order: [Int] = []
        while let key = queue.popDue(at: Instant(nanoseconds: 200)) { order.append(key) }
        #expect(order == [0, 1, 2, 4, 6, 7, 8, 9, 3])
    }

    @Test func `nothing is due before its time`() {
        var queue = DeadlineQueue()
        queue.set(0, to: Instant(nanoseconds: 10))
        #expect(queue.popDue(at: Instant(nanoseconds: 9)) == nil)
        #expect(queue.popDue(at: Instant(nanoseconds: 10)) == 0)
    }
}
