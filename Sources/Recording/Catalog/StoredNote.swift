import Glibc

/// A recording's note on the disk.
struct StoredNote: Sendable {
    private let folder: String
    private let path: String

    /// The note of a recording; `nil` for what no recording can be called.
    init?(_ name: String, in folder: String) {
        guard RecordingName.isWellFormed(name) else { return nil }
        (self.folder, path) = (folder, folder + "/" + name + Self.suffix)
    }

    /// Whether there is one, looked for without the rest of the folder.
    var isThere: Bool { access(path, F_OK) == 0 }

    /// What it says; `nil` where there is none.
    var octets: [UInt8]? {
        guard let file = OpenRecording(path), file.byteCount <= Self.limit else { return nil }
        return try? file.read(at: 0, count: Self.limit)
    }

    /// Writes it anew: whoever reads it meanwhile, or after the power has failed, has one or the other.
    ///
    /// - Returns: Whether it is on the disk.
    func replace(with octets: [UInt8]) -> Bool {
        let new = path + Self.unfinished
        let file = open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard file >= 0 else { return false }
        let isWhole = octets.count <= Self.limit && Self.write(octets, to: file) && fsync(file) == 0
        close(file)
        guard isWhole, rename(new, path) == 0 else {
            unlink(new)
            return false
        }
        let directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { return true }
        fsync(directory)
        close(directory)
        return true
    }

    func remove() { unlink(path) }

    private static func write(_ octets: [UInt8], to file: Int32) -> Bool {
        var rest = octets[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// Deletes the notes of recordings that have no file and are not `running`, and what a kill has left of
    /// writing one, where they were last written before `limit`, in nanoseconds since 1970: what is newer may
    /// be of a recording that nothing has come for yet.
    ///
    /// - Returns: The recordings whose notes are gone.
    @discardableResult
    static func removeStrays(
        in folder: String, sparing running: Set<String> = [], before limit: Int64,
        _ claims: ClaimedFiles
    ) -> [String] {
        let notes = FolderReading(folder: folder).notes
        let strays = notes.whole.subtracting(notes.recorded).subtracting(running)
        for name in notes.torn {
            guard let note = StoredNote(name, in: folder) else { continue }
            _ = claims.withNotes { remove(note.path + unfinished, before: limit) }
        }
        return strays.sorted().filter { name in
            guard let note = StoredNote(name, in: folder) else { return false }
            return claims.withNotes { remove(note.path, before: limit) }
        }
    }

    /// - Returns: Whether it was there, was last written before `limit`, and is gone.
    private static func remove(_ path: String, before limit: Int64) -> Bool {
        var status = stat()
        guard lstat(path, &status) == 0 else { return false }
        let time = status.st_mtim
        guard Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec) < limit else { return false }
        return unlink(path) == 0
    }

    /// Behind a recording's name.
    static let suffix = ".recording.json"
    /// Behind that, while it is written.
    fileprivate static let unfinished = ".new"
    private static let limit = 65_536
    static let day: Int64 = 86_400 * 1_000_000_000
}

extension FolderReading {
    /// The recordings that there are notes of, whole ones or not, and those that there are files of.
    fileprivate var notes: (whole: Set<String>, torn: Set<String>, recorded: Set<String>) {
        var found: (whole: Set<String>, torn: Set<String>, recorded: Set<String>) = ([], [], [])
        let torn = StoredNote.suffix + StoredNote.unfinished
        eachName { file in
            if file.hasSuffix(StoredNote.suffix) {
                found.whole.insert(String(file.dropLast(StoredNote.suffix.count)))
            } else if file.hasSuffix(torn) {
                found.torn.insert(String(file.dropLast(torn.count)))
            } else if let parsed = RecordingName(file) {
                found.recorded.insert(parsed.name)
            }
        }
        return found
    }
}
