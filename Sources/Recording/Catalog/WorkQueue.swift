public import Reactor
import Synchronization

/// A queue of work that others must not wait for, done one piece after the other on a thread of its own, as
/// many waiting as are in the bound: reading from a disk, looking for names or deleting there, drawing what
/// was read. The thread is there while there is work: a recorder that nobody watches has none.
public final class WorkQueue: Sendable {
    /// The work was not taken: too much waits already, or there is no thread.
    public struct Busy: Error {
        /// Why there is no thread; `nil` where too much waits.
        public let failure: SystemError?
    }

    /// Starts a thread of a name with what it does.
    typealias Start =
        @Sendable (_ name: String, _ body: @escaping @Sendable () -> Void) throws(SystemError) ->
        Void

    private struct State {
        var work: [@Sendable () -> Void] = []
        var isRunning = false
    }

    private let name: String
    private let limit: Int
    private let start: Start
    private let state = Mutex(State())

    /// A queue with nothing in it, whose thread will have a name.
    public convenience init(name: String, limit: Int = 256) {
        self.init(name: name, limit: limit) { name, body throws(SystemError) in
            try startThread(name: name, body)
        }
    }

    init(name: String, limit: Int, start: @escaping Start) {
        (self.name, self.limit, self.start) = (name, limit, start)
    }

    /// Does there what cannot fail.
    public func run<Value: Sendable>(
        _ body: @escaping @Sendable () -> Value
    ) async throws(Busy) -> Value {
        let done: Result<Value, Busy> = await withCheckedContinuation { continuation in
            do throws(Busy) {
                try post { continuation.resume(returning: .success(body())) }
            } catch { continuation.resume(returning: .failure(error)) }
        }
        return try done.get()
    }

    /// Does `body` there.
    public func attempt<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await run { Result(catching: body) }.get()
    }

    /// Leaves `body` to be done there.
    func post(_ body: @escaping @Sendable () -> Void) throws(Busy) {
        try state.withLock { state throws(Busy) in
            guard state.work.count < limit else { throw Busy(failure: nil) }
            if !state.isRunning {
                // Under the lock, so that nothing is left for a thread that never comes.
                do throws(SystemError) { try start(name) { self.work() } } catch {
                    throw Busy(failure: error)
                }
            }
            state.isRunning = true
            state.work.append(body)
        }
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
