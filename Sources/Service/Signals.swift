import CSystem
import Glibc
import Synchronization

/// Waits for the signals that ask a process to end.
public struct Signals: Sendable {
    private let descriptor: Int32

    /// Takes SIGINT and SIGTERM from now on, and ignores SIGPIPE. Once in a process.
    public init() {
        descriptor = system_signals_open()
        precondition(descriptor >= 0, "a process without two descriptors left cannot serve")
    }

    /// Suspends until the first of them, or until the task is cancelled. A second one ends the process as
    /// soon as the log has been written, a third at once.
    public func first() async {
        let (arrival, descriptor) = (Arrival(), descriptor)
        let wait = Wait(arrival: arrival, descriptor: descriptor)
        let result = system_thread_start(
            { wait in
                guard let wait else { return nil }
                Unmanaged<Wait>.fromOpaque(wait).takeRetainedValue().end()
                return nil
            }, Unmanaged.passRetained(wait).toOpaque())
        precondition(result == 0, "a process without room for one more thread cannot serve")
        await withTaskCancellationHandler {
            await arrival.value()
        } onCancel: {
            arrival.resume()
        }
    }

    private final class Wait: Sendable {
        private let arrival: Arrival
        private let descriptor: Int32

        init(arrival: Arrival, descriptor: Int32) {
            (self.arrival, self.descriptor) = (arrival, descriptor)
        }

        func end() {
            system_signals_wait(descriptor)
            arrival.resume()
            system_signals_wait(descriptor)
            LogLines.standardError.flush(within: .seconds(1))
            _exit(130)
        }
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
