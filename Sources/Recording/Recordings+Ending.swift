// Recordings that end, one or all of them.

extension Recordings {
    /// Ends a recording; its file is whole when this returns.
    public func stop(_ name: String) async throws(RecordingError) -> Status {
        guard let entry = entries.removeValue(forKey: name) else { throw .notActive }
        let recording = entry.recording
        recording.progress.update { $0.isStopping = true }
        ending.append(recording)
        await entry.source.close()
        async let released: Void = Self.release(entry.source.session)
        await recording.finish()
        await released
        if recording.progress.snapshot.writtenBytes == 0 { await dropNote(of: name) }
        ending.removeAll { $0 === recording }
        former.keep(recording)
        return Status(name: name, progress: recording.progress.snapshot)
    }

    /// Nothing is told of what never began, once this process has ended: what was said of it goes, unless
    /// there are files of its name.
    private func dropNote(of name: String) async {
        _ = try? await naming.run { [folder, claims] in
            guard FolderReading(folder: folder).newestSeconds(of: name) == nil else { return }
            guard let note = StoredNote(name, in: folder) else { return }
            claims.withNotes { note.remove() }
        }
    }

    /// Ends all of them, many at once: a source that is slow to go holds up no other.
    public func stopAll() async {
        let names = Array(entries.keys)
        await withTaskGroup(of: Void.self) { group in
            for (place, name) in names.enumerated() {
                if place >= Self.leavingLimit { await group.next() }
                group.addTask { _ = try? await self.stop(name) }
            }
        }
        let (asked, left, told) = (asking, leaving, timekeeping)
        asking = Errands(limit: Self.askingLimit)
        leaving = Errands(limit: Self.leavingLimit)
        timekeeping = Errands(limit: 1)
        await told.stop()
        await asked.stop()
        await left.stop()
        await roomLoop?.stop()
        await writer.settle()
        await recovery.stop()
    }
}
