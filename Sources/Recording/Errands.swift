import Synchronization

/// What is done beside everything else, with one owner: so much at once, none beyond it, and all of it
/// cancelled when the owner says so or is gone.
final class Errands: Sendable {
    typealias Errand = @Sendable () async -> Void

    /// How many are under way; shared with them, who may outlive the owner.
    private final class Count: Sendable {
        private let number = Mutex(0)

        func enter(below limit: Int) -> Bool {
            number.withLock { number in
                guard number < limit else { return false }
                number += 1
                return true
            }
        }

        func leave() { number.withLock { $0 -= 1 } }
    }

    private let limit: Int
    private let count = Count()
    private let queue: AsyncStream<Errand>.Continuation
    private let work: Task<Void, Never>

    /// None yet.
    ///
    /// - Parameter limit: How many may be under way at once.
    init(limit: Int) {
        let (stream, queue) = AsyncStream.makeStream(of: Errand.self)
        (self.limit, self.queue) = (limit, queue)
        work = Task {
            await withDiscardingTaskGroup { group in
                for await errand in stream { group.addTask { await errand() } }
                group.cancelAll()
            }
        }
    }

    deinit {
        queue.finish()
        work.cancel()
    }

    /// Has something done; does not wait for it.
    ///
    /// - Returns: `false` when it will not be: too much is under way, or all has been stopped.
    @discardableResult
    func run(_ errand: @escaping Errand) -> Bool {
        guard count.enter(below: limit) else { return false }
        let outcome = queue.yield { [count] in
            await errand()
            count.leave()
        }
        guard case .enqueued = outcome else {
            count.leave()
            return false
        }
        return true
    }

    /// Cancels what is under way, and returns when it has ended. Nothing is done any more.
    func stop() async {
        queue.finish()
        work.cancel()
        await work.value
    }
}
