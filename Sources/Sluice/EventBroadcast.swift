import SFU
import Synchronization

/// Hands each event to every listener, in one order for all. A listener that lags loses the oldest, and
/// nobody waits for it.
final class EventBroadcast: Sendable {
    private struct Listeners {
        var next = 0
        var continuations: [Int: AsyncStream<WorkerEvent>.Continuation] = [:]
        var isFinished = false
    }

    private let listeners = Mutex(Listeners())
    private let order = Mutex(())

    /// Every event from now on, until the server stops or the stream is dropped.
    func stream() -> AsyncStream<WorkerEvent> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: WorkerEvent.self, bufferingPolicy: .bufferingNewest(Self.backlog))
        let key = listeners.withLock { listeners -> Int? in
            guard !listeners.isFinished else { return nil }
            listeners.next += 1
            listeners.continuations[listeners.next] = continuation
            return listeners.next
        }
        guard let key else {
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [weak self] _ in
            self?.listeners.withLock { _ = $0.continuations.removeValue(forKey: key) }
        }
        return stream
    }

    /// Sends what `news` decides on: nothing that another thread decides on later comes before it.
    func send(_ news: () -> [WorkerEvent]) {
        order.withLock { _ in
            let events = news()
            let continuations = listeners.withLock { Array($0.continuations.values) }
            for event in events {
                for continuation in continuations { continuation.yield(event) }
            }
        }
    }

    func finish() {
        let continuations = listeners.withLock { listeners in
            listeners.isFinished = true
            return Array(listeners.continuations.values)
        }
        for continuation in continuations { continuation.finish() }
    }

    private static let backlog = 1024
}
