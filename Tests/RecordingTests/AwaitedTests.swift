import Testing

@testable import Recording

/// Waiting for a value to come to something.
@Suite(.timeLimit(.minutes(1))) struct AwaitedTests {
    @Test func `who goes away waits no more, and nobody else is woken`() async {
        let number = Awaited(0, waiterLimit: 8)
        let gone = Task { await number.next(within: .seconds(3600)) { $0 > 0 } }
        let staying = Task { await number.next(within: .seconds(3600)) { $0 > 1 } }
        await number.waiters(2)
        gone.cancel()
        #expect(await gone.value == 0)
        #expect(number.waiterCount == 1)
        number.update { $0 = 1 }
        #expect(number.waiterCount == 1, "it waits for more")
        number.update { $0 = 2 }
        #expect(await staying.value == 2 && number.waiterCount == 0)
    }

    @Test func `with as many waiting as may, nobody else does`() async {
        let number = Awaited(0, waiterLimit: 1)
        async let first = number.next(within: .seconds(3600)) { $0 > 0 }
        await number.waiters(1)
        #expect(await number.next(within: .seconds(3600)) { $0 > 0 } == 0)
        number.update { $0 = 1 }
        #expect(await first == 1)
    }
}

extension Awaited {
    /// Until so many wait: what wakes them then is no accident.
    func waiters(_ count: Int) async {
        while waiterCount < count { await Task.yield() }
    }
}
