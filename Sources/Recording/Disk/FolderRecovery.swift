import Reactor
import Synchronization

/// Recovery on a thread of its own, beside the recordings that begin meanwhile.
final class FolderRecovery: Sendable {
    private struct State {
        var report: RecoveryReport?
        var isWanted = true
        var waiters: [CheckedContinuation<RecoveryReport, Never>] = []
    }

    private let state = Mutex(State())

    /// Begins at once.
    init(_ recovery: @escaping @Sendable () -> Recovery) throws(SystemError) {
        try startThread(name: "recovery") { [self] in
            DiskWriter.refuseTooLongFiles()
            end(recovery().run { state.withLock { $0.isWanted } })
        }
    }

    /// Waits until the folder has been gone through, or recovery was stopped.
    func report() async -> RecoveryReport {
        await withCheckedContinuation { continuation in
            let report = state.withLock { state in
                if state.report == nil { state.waiters.append(continuation) }
                return state.report
            }
            if let report { continuation.resume(returning: report) }
        }
    }

    /// Ends it with the file that it is at; the next start does the rest.
    func stop() async {
        state.withLock { $0.isWanted = false }
        _ = await report()
    }

    private func end(_ report: RecoveryReport) {
        let waiters = state.withLock { state in
            defer { state.waiters = [] }
            state.report = report
            return state.waiters
        }
        for waiter in waiters { waiter.resume(returning: report) }
    }
}
