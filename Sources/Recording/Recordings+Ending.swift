// Recordings that end, one or all of them.

extension Recordings {
    /// Ends a recording; its file is whole when this returns, unless the disk has refused it.
    public func stop(_ name: String) async throws(RecordingError) -> Status {
        guard let entry = entries.removeValue(forKey: name) else { throw .notActive }
        let recording = entry.recording
        recording.progress.update { $0.isStopping = true }
        ending.append(recording)
        await entry.source.close()
        async let released: Void = Self.release(entry.source.session)
        await recording.finish()
        await released
        // Of what never began nothing is told, once this process has ended.
        if recording.progress.snapshot.disk.writtenBytes == 0 { await home.dropNote(of: name) }
        ending.removeAll { $0 === recording }
        former.keep(recording)
        newsReport?(name, .ended(recording.progress.snapshot.files))
        return Status(name: name, progress: recording.progress.snapshot)
    }

    /// Ends all of them, also those that are about to begin.
    public func stopAll() async {
        life += 1
        repeat {
            await stopMany(Array(entries.keys))
            let (ending, loop) = (errands, roomLoop)
            (errands, roomLoop) = (RecordingErrands(), nil)
            await ending.stop()
            await loop?.stop()
            await home.settle()
        } while !entries.isEmpty
    }

    /// Many at once: a source that is slow to go holds up no other.
    private func stopMany(_ names: [String]) async {
        await withTaskGroup(of: Void.self) { group in
            for (place, name) in names.enumerated() {
                if place >= RecordingErrands.leavingLimit { await group.next() }
                group.addTask { _ = try? await self.stop(name) }
            }
        }
    }
}
