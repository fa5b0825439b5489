import Glibc
import Muxer

/// All recordings in a folder, those that grow among them: what can be listed, played and deleted.
///
/// The index of a finished file is read once and kept, as long as it is asked for and there is room.
/// One without its closing mark may yet grow, under another process's hands or recovery's: it is read
/// again when it has changed.
public actor RecordingCatalog {
    /// A file in the folder, before anything of it has been read.
    public struct Entry: Hashable, Sendable {
        /// Its name.
        public var file: String
        /// What it is a recording of.
        public var name: String
        /// `YYYYMMDD_HHMMSS`, UTC.
        public var stamp: String
        /// It still grows.
        public var isGrowing: Bool
    }

    /// Where reading is done.
    public nonisolated let reading: WorkQueue

    let recordings: Recordings
    var summaries = KnownSummaries()
    var kept = KeptFiles()
    let marks = KeptMarks()
    private var listed = FolderListing()

    /// What a file is a recording of, by its name; `nil` where that is no recording's.
    public static func recording(ofFile file: String) -> String? { RecordingName(file)?.name }

    /// The recordings that lie where these do.
    public init(
        _ recordings: Recordings, reading: WorkQueue = WorkQueue(name: "reading")
    ) {
        (self.recordings, self.reading) = (recordings, reading)
    }

    /// Every file, oldest first.
    ///
    /// - Throws: `WorkQueue.Busy` where too much waits to be read; nothing is known then.
    public func entries() async throws(WorkQueue.Busy) -> [Entry] {
        let growing = await recordings.growingFiles()
        return Self.entries(try await listing().files, growing)
    }

    /// Those of one recording, oldest first.
    public func entries(of name: String) async throws(WorkQueue.Busy) -> [Entry] {
        let growing = await recordings.growingFiles()
        return Self.entries(try await listing().byName[name, default: []], growing)
    }

    /// Those of one recording from a file on, oldest first; where that is gone, from its time on.
    public func entries(
        of name: String, from file: String
    ) async throws(WorkQueue.Busy) -> [Entry] {
        guard let first = RecordingName(file) else { return [] }
        let entries = try await entries(of: name)
        guard let place = entries.firstIndex(where: { $0.file == file }) else {
            return entries.filter { $0.stamp >= first.stamp }
        }
        return Array(entries[place...])
    }

    /// The file whose name without its ending is given; of several with other endings all.
    public func entries(stem: String) async throws(WorkQueue.Busy) -> [Entry] {
        let growing = await recordings.growingFiles()
        return Self.entries(try await listing().byStem[stem, default: []], growing)
    }

    /// What grows comes last: what is in the folder may be called by a clock that was ahead.
    private static func entries(
        _ files: [FolderListing.File], _ growing: [String: LiveIndex]
    ) -> [Entry] {
        let entries = files.map { file in
            Entry(
                file: file.file, name: file.name, stamp: file.stamp,
                isGrowing: growing[file.file] != nil)
        }
        return entries.filter { !$0.isGrowing } + entries.filter(\.isGrowing)
    }

    /// The folder, read again only when it has changed.
    private func listing() async throws(WorkQueue.Busy) -> FolderListing {
        let (folder, known) = (FolderReading(folder: recordings.folder), listed)
        listed = try await reading.run {
            let changed = folder.changed
            if known.isValid(changed: changed) { return known }
            var listing = known
            // The time is asked first: what is made while the names are read is not known for certain.
            let now = folder.now
            listing.take(folder.names, changed: changed, at: now)
            return listing
        }
        summaries.forget(notIn: listed)
        return listed
    }

    /// One file with its parts; `nil` where there is none, or nothing is known of it.
    ///
    /// - Throws: `WorkQueue.Busy` where too much waits to be read.
    public func file(_ file: String) async throws(WorkQueue.Busy) -> RecordedFile? {
        guard let parsed = RecordingName(file), !file.contains("/") else { return nil }
        if let live = await recordings.growingFiles()[file] {
            return RecordedFile(
                file: file, name: parsed.name, stamp: parsed.stamp, index: live.snapshot)
        }
        if let known = kept.use(file) {
            let isSame = (try? await isStill(known.tag, file)) ?? true
            if isSame { return known.file }
        }
        guard let (read, tag) = try await read(file) else { return nil }
        kept.keep(read, tag: tag)
        return read
    }

    /// The part of a file that begins at an offset, where it is none of those kept one by one, behind the
    /// parts that come before it; none where there is no such part.
    ///
    /// - Throws: `WorkQueue.Busy` where too much waits to be read.
    public func parts(
        of file: RecordedFile, upTo offset: UInt64
    ) async throws(WorkQueue.Busy) -> [IndexedPart] {
        guard offset < file.byteCount else { return [] }
        let path = recordings.folder + "/" + file.file
        let isGrowing = !file.index.isFinished
        return try await reading.run { [marks] in
            marks.parts(of: path, upTo: offset, isGrowing: isGrowing)
        }
    }

    /// A finished file as its index has it, and the index's mark where that may yet change.
    func read(
        _ file: String
    ) async throws(WorkQueue.Busy) -> (file: RecordedFile, tag: String?)? {
        guard let parsed = RecordingName(file) else { return nil }
        let path = recordings.folder + "/" + file
        guard let found = try await reading.run({ StoredIndex(of: path) }) else { return nil }
        let read = RecordedFile(
            file: file, name: parsed.name, stamp: parsed.stamp, index: found.snapshot)
        return (read, found.tag)
    }

    /// Whether a file's index is what it was when it had this mark.
    func isStill(_ tag: String?, _ file: String) async throws(WorkQueue.Busy) -> Bool {
        guard let tag else { return true }
        let path = recordings.folder + "/" + file
        return try await reading.run { StoredIndex.tag(of: path) == tag }
    }

    /// The index of a file that still grows.
    public func live(_ file: String) async -> LiveIndex? {
        await recordings.growingFiles()[file]
    }

    /// Opens a file; `nil` for what is no recording's name, is not there, or is no plain file.
    ///
    /// - Throws: `WorkQueue.Busy` where too much waits to be read.
    public nonisolated func open(
        _ file: String
    ) async throws(WorkQueue.Busy) -> OpenRecording? {
        guard RecordingName(file) != nil, !file.contains("/") else { return nil }
        let path = recordings.folder + "/" + file
        return try await reading.run { OpenRecording(path) }
    }

    /// Keeps files from being deleted for as long as the answer lives, where they need not be.
    public nonisolated func hold(_ files: some Sequence<String>) -> FileHold {
        FileHold(files, in: recordings.folder, recordings.home.claims)
    }

    /// Deletes a file that nobody is at work on, and its index.
    ///
    /// - Returns: Whether it is gone; what somebody else has deleted is gone too.
    /// - Throws: `WorkQueue.Busy` where too much waits to be done.
    public func remove(_ file: String) async throws(WorkQueue.Busy) -> Bool {
        guard RecordingName(file) != nil, !file.contains("/") else { return false }
        guard await recordings.growingFiles()[file] == nil else { return false }
        let path = recordings.folder + "/" + file
        kept.forget(file)
        summaries.forget(file)
        return try await reading.run {
            [claims = recordings.home.claims, storage = recordings.home.storage] in
            // An index that stays is told of: nobody would look for it.
            do throws(StorageError) { return try claims.delete(path, on: storage) == nil } catch {
                return error.code == ENOENT
            }
        }
    }
}
