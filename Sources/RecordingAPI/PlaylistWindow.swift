import Recording

/// The files of a recording that a playlist lists: no more segments than players should read.
struct PlaylistWindow: Sendable {
    /// Oldest first.
    var files: [RecordedFile]
    /// Nanoseconds of media in the files before them.
    var before: Int64 = 0
    /// Nanoseconds of media in the files behind them.
    var after: Int64 = 0
    /// Whether there are files behind them: what is listed grows no more.
    var isPast = false
}

extension RecordingCatalog {
    /// The newest files of the recording of that name, or the one whose name without its ending it is; those
    /// around a time where that lies before all of these.
    ///
    /// - Parameter limit: Segments in them; a file that has more is listed alone.
    func window(
        of name: String, around time: AskedTime?, limit: Int
    ) async throws(WorkQueue.Busy) -> PlaylistWindow {
        let own = try await entries(of: name)
        guard let oldest = own.first else {
            let one = try await entries(stem: name)
            return PlaylistWindow(files: try await newest(of: one, segmentLimit: limit))
        }
        let found = try await newest(of: own, segmentLimit: limit)
        guard found.first?.file != oldest.file else { return PlaylistWindow(files: found) }
        let all = try await summaries(of: name)
        let first = all.firstIndex { $0.file == found.first?.file } ?? 0
        if let asked = time?.nanoseconds(in: all), let place = all.place(at: asked),
            let index = all.firstIndex(where: { $0.file == place.file.file }), index < first
        {
            return try await window(around: index, of: all, own, limit: limit)
        }
        return PlaylistWindow(files: found, before: Array(all[..<first]).duration)
    }

    /// That file, others before it for half of what may be listed, and then those behind.
    private func window(
        around index: Int, of all: [FileSummary], _ entries: [Entry], limit: Int
    ) async throws(WorkQueue.Busy) -> PlaylistWindow {
        let place = entries.firstIndex { $0.file == all[index].file } ?? 0
        var found = try await newest(of: Array(entries[...place]), segmentLimit: limit / 2)
        var count = found.reduce(0) { $0 + $1.index.spans.count }
        for entry in entries[(place + 1)...] {
            guard let file = try await file(entry.file), !file.index.spans.isEmpty else { continue }
            count += file.index.spans.count
            if count > limit { break }
            found.append(file)
        }
        let first = all.firstIndex { $0.file == found.first?.file } ?? index
        let last = all.lastIndex { $0.file == found.last?.file } ?? index
        return PlaylistWindow(
            files: found, before: Array(all[..<first]).duration,
            after: Array(all[(last + 1)...]).duration, isPast: last + 1 < all.count)
    }
}
