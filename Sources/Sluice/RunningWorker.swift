import Reactor
import SFU
import Timing
import Wire

/// A worker that runs: how to reach it, and where peers reach it.
struct RunningWorker: Sendable {
    let loop: LoopHandle<Worker>
    let candidates: [Endpoint]

    /// Runs `body` on the worker between two turns, and gives back what it returns or throws.
    func run<T: Sendable>(
        _ body: @escaping @Sendable (inout Worker, Instant) throws(SessionError) -> T
    ) async throws(SessionError) -> T {
        let result: Result<T, SessionError>
        do throws(MailboxRefusal) {
            result = try await loop.run { worker, now in
                do throws(SessionError) {
                    return .success(try body(&worker, now))
                } catch {
                    return .failure(error)
                }
            }
        } catch {
            throw SessionError(error)
        }
        return try result.get()
    }

    /// What the worker counts, and what its loop does.
    func report() async throws(SessionError) -> WorkerReport {
        let statistics = try await run { worker, _ in worker.statistics() }
        do throws(MailboxRefusal) {
            return WorkerReport(worker: statistics, loop: try await loop.statistics())
        } catch {
            throw SessionError(error)
        }
    }
}

extension MediaServer {
    /// Runs `body` on the worker where the room is at home, and gives back what it returns or throws.
    func onWorker<T: Sendable>(
        of room: String,
        _ body: @escaping @Sendable (inout Worker, Instant) throws(SessionError) -> T
    ) async throws(SessionError) -> T {
        try await onWorker(placement.home(of: room), body)
    }

    /// Runs `body` on one worker and gives back what it returns or throws.
    func onWorker<T: Sendable>(
        _ index: Int,
        _ body: @escaping @Sendable (inout Worker, Instant) throws(SessionError) -> T
    ) async throws(SessionError) -> T {
        try await workers[index].run(body)
    }
}

extension SessionError {
    fileprivate init(_ refusal: MailboxRefusal) { self = refusal == .full ? .busy : .stopped }
}
