import Synchronization

/// A value that others wait for: until it has come to something, and as long as they like.
final class Awaited<Value: Sendable>: Sendable {
    private struct Waiter {
        let isReached: @Sendable (Value) -> Bool
        let resume: CheckedContinuation<Void, Never>
    }

    private struct State {
        var value: Value
        var waiters: [Int: Waiter] = [:]
        var nextWaiter = 0
    }

    private let state: Mutex<State>
    private let waiterLimit: Int

    /// - Parameters:
    ///   - value: What it is now.
    ///   - waiterLimit: With so many waiting already, nobody else does.
    init(_ value: Value, waiterLimit: Int) {
        state = Mutex(State(value: value))
        self.waiterLimit = waiterLimit
    }

    /// What it is now.
    var value: Value { state.withLock { $0.value } }

    /// Those who wait now.
    var waiterCount: Int { state.withLock { $0.waiters.count } }

    /// Looks at it without taking it all.
    func read<Result: Sendable>(_ body: (Value) -> Result) -> Result {
        state.withLock { body($0.value) }
    }

    /// Changes it, and wakes those who have waited for that.
    func update(_ body: (inout Value) -> Void) {
        let woken = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            body(&state.value)
            guard !state.waiters.isEmpty else { return [] }  // as nearly always
            let ready = state.waiters.filter { $1.isReached(state.value) }
            for number in ready.keys { state.waiters[number] = nil }
            return ready.values.map(\.resume)
        }
        for waiter in woken { waiter.resume() }
    }

    /// Waits until something is true of it, or `limit` has passed.
    ///
    /// - Returns: What it is then.
    func next(
        within limit: Duration, where isReached: @escaping @Sendable (Value) -> Bool
    ) async -> Value {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.wait(isReached) }
            group.addTask { try? await Task.sleep(for: limit) }
            await group.next()
            group.cancelAll()
        }
        return value
    }

    private func wait(_ isReached: @escaping @Sendable (Value) -> Bool) async {
        let number = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    guard !isReached(state.value), !Task.isCancelled,
                        state.waiters.count < waiterLimit
                    else { return true }
                    state.waiters[number] = Waiter(isReached: isReached, resume: continuation)
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: number) }?.resume.resume()
        }
    }
}
