/// Going through a folder for recordings that may go, and deleting them.
struct Sweep: Sendable {
    let folder: String
    let retention: Retention
    let claims: ClaimedFiles
    /// Seconds since 1970, for the age of files.
    let clock: @Sendable () -> Int64
    var onDelete: @Sendable (Deletion) -> Void = { _ in }

    /// Deletes what must go now.
    ///
    /// - Parameters:
    ///   - growingBytes: Octets so far of all that was being written, by their paths; what has ended since
    ///     counts as it is now.
    ///   - neededBytes: Octets that must be free for recording to go on.
    ///   - condition: Takes what was deleted.
    func run(
        _ storage: any Storage, growingBytes: [String: UInt64], neededBytes: UInt64,
        _ condition: DiskCondition
    ) {
        guard let files = try? storage.files(in: folder),
            let free = try? storage.freeBytes(in: folder)
        else { return }
        let isPressed = free < neededBytes
        let candidates = finished(files)
        let ended = Set(candidates.map { folder + "/" + $0.name })
        var growing: [String: UInt64] = [:]
        for (path, byteCount) in growingBytes where !ended.contains(path) {
            let name = path.split(separator: "/").last.flatMap { RecordingName(String($0)) }
            growing[name?.name ?? "", default: 0] += byteCount
        }
        retention.expire(
            candidates, growingBytes: growing, freeBytes: free,
            neededBytes: neededBytes, now: clock()
        ) { recording, limit in
            // Recording comes before reading.
            guard isPressed || !claims.isHeld(folder + "/" + recording.name) else { return false }
            let failure: StorageError?
            do throws(StorageError) {
                failure = try claims.delete(folder + "/" + recording.name, on: storage)
            } catch { return false }
            condition.update { condition in
                condition.deletedFiles += 1
                condition.deletedBytes += recording.byteCount
            }
            onDelete(Deletion(file: recording.name, limit: limit, failure: failure))
            return true
        }
    }

    /// What nobody is at work on. Without an index it is nobody's recording, whatever its name.
    private func finished(_ files: [StoredFile]) -> [Retention.Candidate] {
        let sizes = Dictionary(files.map { ($0.name, $0.byteCount) }) { first, _ in first }
        return files.compactMap { file in
            guard let parsed = RecordingName(file.name),
                let index = sizes[RecordingName.index(of: file.name)],
                !claims.isClaimed(folder + "/" + file.name)
            else { return nil }
            return Retention.Candidate(
                name: file.name, recording: parsed.name, byteCount: file.byteCount + index,
                modifiedSeconds: file.modifiedSeconds)
        }
    }
}
