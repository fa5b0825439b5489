import Glibc
import Reactor
import Synchronization
import Testing

@testable import Recording

/// Work that somebody must not wait for: it is done on a thread of its own, or not at all.
@Suite(.timeLimit(.minutes(1))) struct WorkQueueTests {
    private static let refusal = SystemError(call: "pthread_create", code: EAGAIN)

    @Test func `where there is no thread nothing is done, and the reason is told`() async {
        let hasRun = Atomic(false)
        let reading = WorkQueue(name: "none", limit: 8) { _, _ throws(SystemError) in
            throw Self.refusal
        }
        let error = await #expect(throws: WorkQueue.Busy.self) {
            try await reading.run { hasRun.store(true, ordering: .relaxed) }
        }
        #expect(error?.failure == Self.refusal)
        #expect(throws: WorkQueue.Busy.self) {
            try reading.post { hasRun.store(true, ordering: .relaxed) }
        }
        let isDone = hasRun.load(ordering: .relaxed)
        #expect(!isDone, "whoever asks does not do it")
    }

    @Test func `a thread that could not be had once is asked for again`() async throws {
        let refusals = Atomic(1)
        let reading = WorkQueue(name: "later", limit: 8) { name, body throws(SystemError) in
            guard refusals.subtract(1, ordering: .relaxed).newValue < 0 else { throw Self.refusal }
            try startThread(name: name, body)
        }
        await #expect(throws: WorkQueue.Busy.self) { try await reading.run { 1 } }
        #expect(try await reading.run { 2 } == 2)
        #expect(try await reading.run { 3 } == 3)
    }

    @Test func `beyond the bound nothing waits`() async throws {
        let bodies = Mutex<[@Sendable () -> Void]>([])
        let reading = WorkQueue(name: "slow", limit: 2) { _, body in
            bodies.withLock { $0.append(body) }
        }
        let done = Atomic(0)
        for _ in 0..<2 { try reading.post { done.add(1, ordering: .relaxed) } }
        let error = #expect(throws: WorkQueue.Busy.self) { try reading.post {} }
        #expect(error?.failure == nil && bodies.withLock { $0.count } == 1, "one thread")
        bodies.withLock { $0 }.forEach { $0() }
        let count = done.load(ordering: .relaxed)
        #expect(count == 2)
    }
}
