import Muxer

// Many files at once, as a playlist of a day in files of a minute wants them.

extension RecordingCatalog {
    /// A file to be looked at: what its index was when it was read, where it may have changed since.
    private struct Question: Sendable {
        var entry: Entry
        var tag: String?
    }

    private enum Answer: Sendable {
        case unchanged
        case read(StoredIndex)
        case nothing
    }

    /// The newest of some files that have parts, oldest first: as many as have no more segments between them
    /// than the limit, and one at least.
    ///
    /// - Parameters:
    ///   - entries: Oldest first.
    ///   - segmentLimit: Of all of them together.
    /// - Throws: `WorkQueue.Busy` where too much waits to be read.
    public func newest(
        of entries: [Entry], segmentLimit: Int
    ) async throws(WorkQueue.Busy) -> [RecordedFile] {
        var (files, count) = ([RecordedFile](), 0)
        var left = entries[...]
        while !left.isEmpty {
            let some = left.suffix(Self.readAtOnce)
            left = left.dropLast(some.count)
            for file in try await self.files(some).reversed() where !file.index.spans.isEmpty {
                count += file.index.spans.count
                if count > segmentLimit, !files.isEmpty { return files.reversed() }
                files.append(file)
            }
        }
        return files.reversed()
    }

    /// Those of which something is known, in their order; what must be read is read in one go.
    private func files(_ entries: ArraySlice<Entry>) async throws(WorkQueue.Busy) -> [RecordedFile]
    {
        let growing = await recordings.growingFiles()
        var found: [String: RecordedFile] = [:]
        var questions: [Question] = []
        // The newest first: what another file follows was whole when that began.
        for entry in entries.reversed() {
            if let live = growing[entry.file] {
                found[entry.file] = RecordedFile(entry, live.snapshot)
                continue
            }
            let known = kept.use(entry.file)
            found[entry.file] = known?.file
            if known == nil || known?.tag != nil {
                questions.append(Question(entry: entry, tag: known?.tag))
            }
        }
        for (question, answer) in zip(questions, try await answers(to: questions)) {
            switch answer {
            case .unchanged: break
            case .nothing: found[question.entry.file] = nil
            case .read(let index):
                let file = RecordedFile(question.entry, index.snapshot)
                found[file.file] = file
                kept.keep(file, tag: index.tag)
            }
        }
        return entries.compactMap { found[$0.file] }
    }

    private func answers(to questions: [Question]) async throws(WorkQueue.Busy) -> [Answer] {
        guard !questions.isEmpty else { return [] }
        let folder = recordings.folder
        do throws(WorkQueue.Busy) {
            return try await reading.run {
                questions.map { question in
                    let path = folder + "/" + question.entry.file
                    if let tag = question.tag, StoredIndex.tag(of: path) == tag {
                        return .unchanged
                    }
                    return StoredIndex(of: path).map { .read($0) } ?? .nothing
                }
            }
        } catch {
            // With nothing unknown, what was known is better than no answer.
            guard questions.allSatisfy({ $0.tag != nil }) else { throw error }
            return []
        }
    }

    /// Indexes that are read in one go, before somebody else who waits for the disk has a turn: those of
    /// files of a minute take some milliseconds so.
    public static let readAtOnce = 128
}

extension RecordedFile {
    fileprivate init(_ entry: RecordingCatalog.Entry, _ index: LiveIndex.Snapshot) {
        self.init(file: entry.file, name: entry.name, stamp: entry.stamp, index: index)
    }
}
