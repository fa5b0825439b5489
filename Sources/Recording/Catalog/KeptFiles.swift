/// Finished files whose indexes have been read, as long as they are asked for and there is room.
struct KeptFiles {
    struct Kept {
        var file: RecordedFile
        /// What the index was when it was read, where it may change.
        var tag: String?
        fileprivate var use: Int
    }

    private var files: [String: Kept] = [:]
    /// What they cost in all.
    private var cost = 0
    private var uses = 0

    /// A file that is asked for.
    mutating func use(_ file: String) -> Kept? {
        uses += 1
        files[file]?.use = uses
        return files[file]
    }

    /// Keeps one that has just been read.
    mutating func keep(_ file: RecordedFile, tag: String?) {
        forget(file.file)
        uses += 1
        files[file.file] = Kept(file: file, tag: tag, use: uses)
        cost += Self.cost(of: file)
        makeRoom()
    }

    /// It is deleted.
    mutating func forget(_ file: String) {
        if let kept = files.removeValue(forKey: file) { cost -= Self.cost(of: kept.file) }
    }

    /// What has not been asked for longest goes first, a quarter at once: sorting takes its time.
    private mutating func makeRoom() {
        guard cost > Self.limit else { return }
        for (file, _) in files.sorted(by: { $0.value.use < $1.value.use })
        where cost > Self.limit / 4 * 3 && files.count > 1 {
            forget(file)
        }
    }

    /// What else is kept of a file takes as much as thirty segments.
    private static func cost(of file: RecordedFile) -> Int { file.index.spans.count + 30 }

    /// Segments kept in memory: of six days, some 12 MB.
    private static let limit = 262_144
}
