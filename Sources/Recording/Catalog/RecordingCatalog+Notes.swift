// What was said of a recording when it was begun: `{name}.recording.json` beside its files.

extension RecordingCatalog {
    /// The note of a recording; `nil` where there is none.
    ///
    /// - Throws: `WorkQueue.Busy` where too much waits to be read.
    public func note(of name: String) async throws(WorkQueue.Busy) -> [UInt8]? {
        guard let note = StoredNote(name, in: recordings.folder) else { return nil }
        return try await reading.run { note.octets }
    }

    /// Writes a recording's note, in place of the one there was; and deletes notes of recordings that
    /// have had no file for a day, as retention leaves them.
    ///
    /// - Returns: Whether it is on the disk.
    /// - Throws: `WorkQueue.Busy` where too much waits to be done.
    @discardableResult
    public func keepNote(
        _ octets: [UInt8], of name: String
    ) async throws(WorkQueue.Busy) -> Bool {
        guard let note = StoredNote(name, in: recordings.folder) else { return false }
        let running = Set(await recordings.active().map(\.name))
        return try await reading.run {
            [folder = recordings.folder, claims = recordings.home.claims] in
            let dayAgo = FolderReading(folder: folder).now - StoredNote.day
            StoredNote.removeStrays(in: folder, sparing: running, before: dayAgo, claims)
            return claims.withNotes { note.replace(with: octets) }
        }
    }

    /// Deletes a recording's note.
    ///
    /// - Throws: `WorkQueue.Busy` where too much waits to be done.
    public func removeNote(of name: String) async throws(WorkQueue.Busy) {
        guard let note = StoredNote(name, in: recordings.folder) else { return }
        try await reading.run { [claims = recordings.home.claims] in
            claims.withNotes { note.remove() }
        }
    }
}
