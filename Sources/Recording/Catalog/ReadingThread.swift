import Reactor
import Synchronization

/// A thread that reads from the disk, or deletes there, for those who must not wait for it: one piece
/// of work after the other, as many waiting as are in the bound.
public final class ReadingThread: Sendable {
    /// Too much waits already, or there is no thread.
    public struct Busy: Error {}

    private struct State {
        var work: [@Sendable () -> Void] = []
        var isRunning = false
    }

    private let name: String
    private let limit: Int
    private let state = Mutex(State())

    /// A thread that is there when there is work.
    public init(name: String, limit: Int = 256) { (self.name, self.limit) = (name, limit) }

    /// Does there what cannot fail.
    public func run<Value: Sendable>(
        _ body: @escaping @Sendable () -> Value
    ) async throws(Busy) -> Value {
        let value: Value? = await withCheckedContinuation { continuation in
            if !post({ continuation.resume(returning: body()) }) {
                continuation.resume(returning: nil)
            }
        }
        guard let value else { throw Busy() }
        return value
    }

    /// Does `body` there.
    public func attempt<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let isTaken = post { continuation.resume(with: Result(catching: body)) }
            if !isTaken { continuation.resume(throwing: Busy()) }
        }
    }

    /// Leaves `body` to be done there; `false` when too much waits.
    @discardableResult
    func post(_ body: @escaping @Sendable () -> Void) -> Bool {
        let (isTaken, mustStart) = state.withLock { state in
            guard state.work.count < limit else { return (false, false) }
            state.work.append(body)
            defer { state.isRunning = true }
            return (true, !state.isRunning)
        }
        guard mustStart else { return isTaken }
        // It ends when there is nothing to do: a recorder that nobody watches has no such thread.
        if (try? startThread(name: name) { self.work() }) != nil { return true }
        let left = state.withLock { state in
            defer { (state.work, state.isRunning) = ([], false) }
            return state.work
        }
        for body in left { body() }
        return true
    }

    private func work() {
        while true {
            let next: (@Sendable () -> Void)? = state.withLock { state in
                guard !state.work.isEmpty else {
                    state.isRunning = false
                    return nil
                }
                return state.work.removeFirst()
            }
            guard let next else { return }
            next()
        }
    }
}
