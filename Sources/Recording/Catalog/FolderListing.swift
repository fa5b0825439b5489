import Glibc

/// The recordings in a folder as last read, for as long as the folder has not changed.
///
/// A folder's time of change moves when a file is made, renamed or deleted in it, not when one grows.
/// It is as coarse as the kernel's tick: a listing that was read within a moment of the change may have
/// missed what came in the same tick, and is read once more.
struct FolderListing {
    /// A file of a recording.
    struct File: Hashable, Sendable {
        var file: String
        var name: String
        var stamp: String
        /// 1 for the first of that second.
        var number = 1
    }

    /// Every one, oldest first.
    private(set) var files: [File] = []
    /// The same by what they are recordings of.
    private(set) var byName: [String: [File]] = [:]
    /// The same by their names up to the last dot.
    private(set) var byStem: [String: [File]] = [:]

    /// Nanoseconds since 1970.
    private var changed: Int64?
    private var read: Int64 = 0

    /// Whether what was read still holds for a folder that last changed then.
    func isValid(changed: Int64?) -> Bool {
        guard let changed, let known = self.changed else { return false }
        return known == changed && read - known > Self.tick
    }

    /// Takes the names of a folder's files.
    ///
    /// - Parameters:
    ///   - names: All of them; those that are no recordings' are passed over.
    ///   - changed: When the folder last changed, asked before they were read.
    ///   - now: When they were read, on the same clock.
    mutating func take(_ names: [String], changed: Int64?, at now: Int64) {
        files = names.compactMap { file in
            RecordingName(file).map {
                File(file: file, name: $0.name, stamp: $0.stamp, number: $0.number)
            }
        }.sorted { ($0.stamp, $0.number, $0.file) < ($1.stamp, $1.number, $1.file) }
        byName = Dictionary(grouping: files, by: \.name)
        byStem = Dictionary(grouping: files) { file in
            String(file.file.prefix(upTo: file.file.lastIndex(of: ".") ?? file.file.endIndex))
        }
        (self.changed, read) = (changed, now)
    }

    /// Longer than any kernel's tick, in nanoseconds.
    private static let tick: Int64 = 100_000_000
}

/// A folder as the disk has it.
struct FolderReading: Sendable {
    let folder: String

    /// When it last changed, in nanoseconds since 1970.
    var changed: Int64? {
        var status = stat()
        guard stat(folder, &status) == 0 else { return nil }
        return Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
    }

    /// The present moment on the clock that files' times are of.
    var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME_COARSE, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// The names of its plain files.
    var names: [String] {
        var names: [String] = []
        eachRecording { name, _ in
            var status = stat()
            guard lstat(folder + "/" + name, &status) == 0, status.st_mode & S_IFMT == S_IFREG
            else { return }
            names.append(name)
        }
        return names
    }

    /// The latest second, since 1970, at which a file of that name begins, by the files' names.
    func newestSeconds(of name: String) -> Int64? { newestSeconds(of: [name])[name] }

    /// The same of each name that there is a file of, gone through once.
    func newestSeconds(of names: Set<String>) -> [String: Int64] {
        var newest: [String: (stamp: String, seconds: Int64)] = [:]
        eachRecording { _, parsed in
            guard names.contains(parsed.name) else { return }
            // In the order of their stamps, which are told apart sooner than they are read.
            if let known = newest[parsed.name], known.stamp >= parsed.stamp { return }
            guard let seconds = parsed.seconds, seconds < Self.lastSecond else { return }
            newest[parsed.name] = (parsed.stamp, seconds)
        }
        return newest.mapValues(\.seconds)
    }

    private func eachRecording(_ body: (_ file: String, RecordingName) -> Void) {
        eachName { file in
            if let parsed = RecordingName(file) { body(file, parsed) }
        }
    }

    /// Calls `body` with the name of everything in it.
    func eachName(_ body: (_ file: String) -> Void) {
        guard let directory = opendir(folder) else { return }
        defer { closedir(directory) }
        while let entry = readdir(directory) { body(entry.name) }
    }

    /// Near the end of the years that have four digits: behind it there are no names.
    private static let lastSecond: Int64 = 253_000_000_000
}
