import Muxer

// What is listed of recordings: no parts, and of a finished file it is read once, at its index's ends.

extension RecordingCatalog {
    /// What has been read of a file's index, and its mark where it may yet change.
    private struct Read: Sendable {
        var file: String
        var summary: FileSummary?
        var tag: String?
    }

    /// The files of a recording that have a part, oldest first.
    ///
    /// - Parameters:
    ///   - name: What they are recordings of.
    ///   - file: The only one that is asked for; all where none is named.
    /// - Throws: `WorkQueue.Busy` where too much waits to be read.
    public func summaries(
        of name: String, file: String? = nil
    ) async throws(WorkQueue.Busy) -> [FileSummary] {
        let entries = try await entries(of: name).filter { $0.file == file ?? $0.file }
        let read = try await readUnknown(entries)
        var found: [FileSummary] = []
        for entry in entries {
            let known: FileSummary?
            if let one = read[entry.file] {
                known = one.summary
            } else {
                known = try await summary(of: entry)
            }
            if let known, known.hasParts { found.append(known) }
        }
        return found
    }

    /// What a list tells of a file; `nil` where nothing is known of it.
    ///
    /// - Throws: `WorkQueue.Busy` where too much waits to be read.
    public func summary(of entry: Entry) async throws(WorkQueue.Busy) -> FileSummary? {
        guard !entry.isGrowing else { return try await file(entry.file).map { FileSummary($0) } }
        if let known = summaries[entry.file] {
            let isSame = try await isStill(known.tag, entry.file)
            if isSame { return known.summary }
        }
        return try await readUnknown([entry], again: true)[entry.file]?.summary
    }

    /// Reads those that nothing is known of yet, many at a time: whoever else waits for the disk gets his
    /// turn between.
    private func readUnknown(
        _ entries: some Collection<Entry>, again: Bool = false
    ) async throws(WorkQueue.Busy) -> [String: Read] {
        var unknown = entries.filter { !$0.isGrowing && (again || summaries[$0.file] == nil) }[...]
        var found: [String: Read] = [:]
        while !unknown.isEmpty {
            let (some, folder) = (unknown.prefix(Self.readAtOnce), recordings.folder)
            unknown = unknown.dropFirst(Self.readAtOnce)
            for read in try await reading.run({ some.map { Self.read($0, in: folder) } }) {
                found[read.file] = read
                if let summary = read.summary { summaries.keep(summary, tag: read.tag) }
            }
        }
        return found
    }

    /// What the index of a finished file says of it; only where its ends do not say it, it is read whole.
    private static func read(_ entry: Entry, in folder: String) -> Read {
        let path = folder + "/" + entry.file
        if let ends = IndexEnds(of: path) {
            return Read(file: entry.file, summary: FileSummary(entry.file, of: entry.name, ends))
        }
        guard let whole = StoredIndex(of: path) else { return Read(file: entry.file) }
        let file = RecordedFile(
            file: entry.file, name: entry.name, stamp: entry.stamp, index: whole.snapshot)
        return Read(file: entry.file, summary: FileSummary(file), tag: whole.tag)
    }
}
