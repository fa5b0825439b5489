import Glibc
import Synchronization

/// Waits for the signals that ask a process to end.
public struct Signals: Sendable {
    private let arrival = Arrival()

    /// Takes SIGINT and SIGTERM from now on, and ignores SIGPIPE. Call it before any thread is
    /// started: threads inherit what is blocked.
    public init() {
        signal(SIGPIPE, SIG_IGN)
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, SIGINT)
        sigaddset(&set, SIGTERM)
        pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// Suspends until the first of them. A second one ends the process at once.
    public func first() async {
        let arrival = arrival
        Self.startThread(arrival)
        await arrival.value()
    }

    private static func startThread(_ arrival: Arrival) {
        let context = Unmanaged.passRetained(arrival).toOpaque()
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                let arrival = Unmanaged<Arrival>.fromOpaque(context).takeRetainedValue()
                Signals.waitForOne()
                arrival.resume()
                Signals.waitForOne()
                _exit(130)
            }, context)
        precondition(code == 0, "a process without room for one more thread cannot serve")
        pthread_detach(thread)
    }

    private static func waitForOne() {
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, SIGINT)
        sigaddset(&set, SIGTERM)
        var number: Int32 = 0
        sigwait(&set, &number)
    }

    /// A continuation that may be resumed before it is waited for.
    private final class Arrival: Sendable {
        private enum State {
            case pending
            case waiting(CheckedContinuation<Void, Never>)
            case arrived
        }

        private let state = Mutex(State.pending)

        func value() async {
            await withCheckedContinuation { continuation in
                let hasArrived = state.withLock { state in
                    if case .arrived = state { return true }
                    state = .waiting(continuation)
                    return false
                }
                if hasArrived { continuation.resume() }
            }
        }

        func resume() {
            let waiting = state.withLock { state -> CheckedContinuation<Void, Never>? in
                defer { state = .arrived }
                if case .waiting(let continuation) = state { return continuation }
                return nil
            }
            waiting?.resume()
        }
    }
}
