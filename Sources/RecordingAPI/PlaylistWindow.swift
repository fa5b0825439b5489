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
    /// The oldest file there is.
    var oldest = ""

    /// What lies before them, where they are the newest.
    var unlisted: UnlistedMedia? {
        guard before > 0, !isPast, let first = files.first else { return nil }
        return UnlistedMedia(oldest: oldest, first: first.file, nanoseconds: before)
    }
}

/// How much media lies in files that a playlist does not list any more: they are finished, so while its first
/// file and the oldest are the same, it is.
struct UnlistedMedia: Sendable {
    var oldest: String
    var first: String
    var nanoseconds: Int64
}

extension RecordingCatalog {
    /// The newest files of the recording of that name, or the one whose name without its ending it is; those
    /// around a time where that lies before all of these.
    ///
    /// - Parameters:
    ///   - limit: Segments in them; a file that has more is listed alone.
    ///   - known: What lay before them when they were listed last.
    func window(
        of name: String, around time: AskedTime?, limit: Int, known: UnlistedMedia? = nil
    ) async throws(WorkQueue.Busy) -> PlaylistWindow {
        let own = try await entries(of: name)
        guard let oldest = own.first else {
            let one = try await entries(stem: name)
            return PlaylistWindow(files: try await newest(of: one, segmentLimit: limit))
        }
        let found = try await newest(of: own, segmentLimit: limit)
        guard found.first?.file != oldest.file else { return PlaylistWindow(files: found) }
        if time == nil, let known, known.oldest == oldest.file, known.first == found.first?.file {
            return PlaylistWindow(files: found, before: known.nanoseconds, oldest: oldest.file)
        }
        let all = try await summaries(of: name)
        let first = all.firstIndex { $0.file == found.first?.file } ?? 0
        if let asked = time?.nanoseconds(in: all), let place = all.place(at: asked),
            let index = all.firstIndex(where: { $0.file == place.file.file }), index < first
        {
            return try await window(around: index, of: all, own, limit: limit)
        }
        return PlaylistWindow(
            files: found, before: Array(all[..<first]).duration, oldest: oldest.file)
    }

    /// That file, others before it for half of what may be listed, and then those behind.
    private func window(
        around index: Int, of all: [FileSummary], _ entries: [Entry], limit: Int
    ) async throws(WorkQueue.Busy) -> PlaylistWindow {
        let place = entries.firstIndex { $0.file == all[index].file } ?? 0
        var found = try await newest(of: Array(entries[...place]), segmentLimit: limit / 2)
        var count = found.reduce(0) { $0 + $1.index.spans.count }
        var rest = entries[(place + 1)...]
        while count <= limit, !rest.isEmpty {
            let some = Array(rest.prefix(Self.readAtOnce))
            rest = rest.dropFirst(some.count)
            for file in try await newest(of: some, segmentLimit: .max) {
                count += file.index.spans.count
                if count <= limit { found.append(file) }
            }
        }
        let first = all.firstIndex { $0.file == found.first?.file } ?? index
        let last = all.lastIndex { $0.file == found.last?.file } ?? index
        return PlaylistWindow(
            files: found, before: Array(all[..<first]).duration,
            after: Array(all[(last + 1)...]).duration, isPast: last + 1 < all.count)
    }
}
