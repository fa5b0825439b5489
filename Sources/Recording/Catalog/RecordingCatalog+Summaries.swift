// What is listed of recordings: no parts, and of a finished file it is read once.

extension RecordingCatalog {
    /// The files of a recording that have a part, oldest first.
    ///
    /// - Parameters:
    ///   - name: What they are recordings of.
    ///   - file: The only one that is asked for; all where none is named.
    /// - Throws: `ReadingThread.Busy` where too much waits to be read.
    public func summaries(
        of name: String, file: String? = nil
    ) async throws(ReadingThread.Busy) -> [FileSummary] {
        var found: [FileSummary] = []
        for entry in try await entries(of: name) where entry.file == file ?? entry.file {
            if let summary = try await summary(of: entry), summary.hasParts {
                found.append(summary)
            }
        }
        return found
    }

    /// What a list tells of a file; `nil` where nothing is known of it.
    ///
    /// - Throws: `ReadingThread.Busy` where too much waits to be read.
    public func summary(of entry: Entry) async throws(ReadingThread.Busy) -> FileSummary? {
        guard !entry.isGrowing else { return try await file(entry.file).map { FileSummary($0) } }
        if let known = summaries[entry.file] {
            let isSame = try await isStill(known.tag, entry.file)
            if isSame { return known.summary }
        }
        guard let (read, tag) = try await read(entry.file) else { return nil }
        let summary = FileSummary(read)
        summaries.keep(summary, tag: tag)
        return summary
    }
}
