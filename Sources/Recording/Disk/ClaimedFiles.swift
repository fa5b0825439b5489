import Synchronization

/// Which files of this process somebody is at work on: the one who writes a file, the one who mends
/// or deletes it. Locks keep other processes out, where the disk has locks; this keeps us out.
final class ClaimedFiles: Sendable {
    private let paths = Mutex<Set<String>>([])

    /// Takes a path, before its file is made or opened; `false` while another has it.
    func claim(_ path: String) -> Bool { paths.withLock { $0.insert(path).inserted } }

    /// Whether somebody is at work on it.
    func isClaimed(_ path: String) -> Bool { paths.withLock { $0.contains(path) } }

    /// Lets go of it, after its file is closed.
    func release(_ path: String) { _ = paths.withLock { $0.remove(path) } }
}
