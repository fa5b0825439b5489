import Glibc
import Synchronization

/// Which files of this process somebody is at work on: the one who writes a file, the one who mends
/// or deletes it. Locks keep other processes out, where the disk has locks; this keeps us out.
///
/// And which are held by those who read one after the other: these are no room to be made.
final class ClaimedFiles: Sendable {
    private struct State {
        var claimed: Set<String> = []
        /// How many hold each.
        var held: [String: Int] = [:]
    }

    private let state = Mutex(State())
    private let notes = Mutex(())

    /// Takes a path, before its file is made or opened; `false` while another has it.
    func claim(_ path: String) -> Bool { state.withLock { $0.claimed.insert(path).inserted } }

    /// Whether somebody is at work on it.
    func isClaimed(_ path: String) -> Bool { state.withLock { $0.claimed.contains(path) } }

    /// Lets go of it, after its file is closed.
    func release(_ path: String) { _ = state.withLock { $0.claimed.remove(path) } }

    /// Whether somebody will yet read it.
    func isHeld(_ path: String) -> Bool { state.withLock { $0.held[path] != nil } }

    /// Writes or deletes notes while nobody else does: one is not deleted for what the one before it was.
    func withNotes<Result: Sendable>(_ body: () -> Result) -> Result {
        notes.withLock { _ in body() }
    }

    fileprivate func hold(_ paths: some Sequence<String>) {
        state.withLock { state in for path in paths { state.held[path, default: 0] += 1 } }
    }

    fileprivate func letGo(of paths: some Sequence<String>) {
        state.withLock { state in
            for path in paths {
                guard let count = state.held[path] else { continue }
                state.held[path] = count > 1 ? count - 1 : nil
            }
        }
    }
}

extension ClaimedFiles {
    /// Deletes a recording and its index, unless somebody is at work on it, here or in another process
    /// (`EWOULDBLOCK`).
    ///
    /// - Returns: Why its index has stayed, where the disk does not let go of that: nobody would look for
    ///   it. The recording is gone.
    func delete(_ path: String, on storage: any Storage) throws(StorageError) -> StorageError? {
        guard claim(path) else { throw StorageError(path: path, code: EWOULDBLOCK) }
        defer { release(path) }
        let file = try storage.open(path)
        defer { storage.close(file) }
        try storage.remove(path)
        do throws(StorageError) { try storage.remove(RecordingName.index(of: path)) } catch {
            return error.code == ENOENT ? nil : error
        }
        return nil
    }
}

/// Files that somebody reads one after the other, a download of many at once: as long as this lives they
/// are not deleted to keep within limits, unless there were no room to record otherwise.
public final class FileHold: Sendable {
    private let claims: ClaimedFiles
    private let folder: String
    private let paths: Mutex<Set<String>>

    init(_ files: some Sequence<String>, in folder: String, _ claims: ClaimedFiles) {
        let paths = Set(files.map { folder + "/" + $0 })
        (self.claims, self.folder) = (claims, folder)
        self.paths = Mutex(paths)
        claims.hold(paths)
    }

    deinit { claims.letGo(of: paths.withLock { $0 }) }

    /// One of them has been read to its end.
    public func finished(_ file: String) {
        let path = folder + "/" + file
        guard paths.withLock({ $0.remove(path) }) != nil else { return }
        claims.letGo(of: [path])
    }
}
