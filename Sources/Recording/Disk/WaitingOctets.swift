import Synchronization

/// The octets of one recording that wait for the disk, and their bound.
final class WaitingOctets: Sendable {
    private struct State {
        var count = 0
        var isOver = false
    }

    private let limit: Int
    private let state = Mutex(State())

    /// - Parameter limit: Beyond so many nothing is taken.
    init(limit: Int = 4 << 20) { self.limit = limit }

    /// Octets that wait.
    var count: Int { state.withLock { $0.count } }

    /// Whether too much waits: from the bound being reached until half of it has been written.
    var isOver: Bool { state.withLock { $0.isOver } }

    /// Makes room for octets; `false` when there is none.
    func reserve(_ byteCount: Int) -> Bool {
        state.withLock { state in
            // What alone is longer than the bound is taken when nothing waits.
            if state.isOver || state.count > 0 && state.count + byteCount > limit {
                state.isOver = true
                return false
            }
            state.count += byteCount
            return true
        }
    }

    /// Octets wait no longer.
    func release(_ byteCount: Int) {
        state.withLock { state in
            state.count -= byteCount
            if state.count <= limit / 2 { state.isOver = false }
        }
    }
}
