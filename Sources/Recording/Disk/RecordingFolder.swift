import Glibc
import Reactor

/// The folder that recordings lie in, and what goes on there: its disk's thread, who is at work on which
/// file, what an earlier crash has left. One of these at a time has a folder.
struct RecordingFolder: Sendable {
    /// Where it is, and on what.
    struct Location {
        let path: String
        let storage: any Storage
        /// How recordings are kept there.
        let options: DiskOptions
        /// The right to it, which is held as long as it is used.
        var lock: FolderLock?

        init(_ path: String, on storage: any Storage, _ options: DiskOptions = DiskOptions()) {
            (self.path, self.storage, self.options) = (path, storage, options)
        }
    }

    let path: String
    let storage: any Storage
    let claims: ClaimedFiles
    let writer: DiskWriter
    let recovery: FolderRecovery
    /// Looks for what there is of a name: a folder may be large.
    private let naming = WorkQueue(name: "naming")
    private let lock: FolderLock?

    /// Begins to mend what is there, and waits for what is to be written.
    ///
    /// - Parameters:
    ///   - location: Where it is.
    ///   - clock: Seconds since 1970.
    ///   - onDelete: Told which file was deleted, and why.
    init(
        _ location: Location,
        clock: @escaping @Sendable () -> Int64,
        onDelete: @escaping @Sendable (Deletion) -> Void
    ) throws(SystemError) {
        let (path, storage, claims) = (location.path, location.storage, ClaimedFiles())
        (self.path, self.storage, self.claims, lock) = (path, storage, claims, location.lock)
        writer = try DiskWriter(
            storage: storage, policy: location.options.sync,
            sweep: Sweep(
                folder: path, retention: location.options.retention, claims: claims, clock: clock,
                onDelete: onDelete))
        let (begun, isAlone) = (FolderReading(folder: path).now, location.lock != nil)
        recovery = try FolderRecovery {
            let now = clock()
            return Recovery(
                storage: storage, folder: path, claims: claims,
                bootSeconds: now - Self.uptimeSeconds, nowSeconds: now,
                forgetNotes: {
                    guard isAlone else { return [] }
                    return StoredNote.removeStrays(in: path, before: begun, claims)
                })
        }
    }

    /// When the newest file of each name begins, in seconds since 1970, where there is one; nothing is known
    /// of any where too much waits to be looked for. The folder is gone through once.
    func newestSeconds(of names: Set<String>) async -> [String: Int64] {
        let found = try? await naming.run { FolderReading(folder: path).newestSeconds(of: names) }
        return found ?? [:]
    }

    /// When the newest file of a name begins, in the same way.
    func newestSeconds(of name: String) async -> Int64? { await newestSeconds(of: [name])[name] }

    /// Deletes what was said of a recording, unless there are files of its name.
    func dropNote(of name: String) async {
        _ = try? await naming.run {
            guard let note = StoredNote(name, in: path), note.isThere,
                FolderReading(folder: path).newestSeconds(of: name) == nil
            else { return }
            claims.withNotes { note.remove() }
        }
    }

    /// Returns when what has been handed to the disk is there, and nothing is mended any more.
    func settle() async {
        await writer.settle()
        await recovery.stop()
    }

    /// How long this system has been up, sleep included.
    private static var uptimeSeconds: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return Int64(time.tv_sec) + 1
    }
}
