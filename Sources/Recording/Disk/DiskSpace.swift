import Timing

/// The room on a disk: looked at every second, made by deleting what may go, and told to all who
/// write there.
struct DiskSpace: ~Copyable {
    private let folder: String
    private let retention: Retention
    private let clock: @Sendable () -> Int64
    private let condition: DiskCondition
    private var headroom = Headroom()
    private var writtenBytes: UInt64 = 0
    private var looked: Instant?
    private var swept: Instant?

    /// - Parameters:
    ///   - folder: Where recordings lie.
    ///   - retention: Which of them may go.
    ///   - condition: Takes what is found.
    ///   - clock: Seconds since 1970, for the age of files.
    init(
        folder: String, retention: Retention, condition: DiskCondition,
        clock: @escaping @Sendable () -> Int64
    ) {
        (self.folder, self.retention) = (folder, retention)
        (self.condition, self.clock) = (condition, clock)
    }

    /// When it looks next; it always does.
    var nextDeadline: Instant? { looked.map { $0 + Self.interval } }

    mutating func wrote(_ byteCount: Int) { writtenBytes += UInt64(byteCount) }

    mutating func accepted() { headroom.accepted() }

    mutating func refused(_ error: StorageError, at now: Instant) {
        headroom.refused(isFull: error.isFull, at: now)
        condition.update { condition in
            (condition.intake, condition.failure) = (headroom.intake, error.reason)
            condition.refusals += 1
        }
    }

    /// Looks at the room when it is time, and makes some.
    ///
    /// - Parameter growing: What is being written: by path, octets so far.
    mutating func advance(
        to now: Instant, _ storage: any Storage, growing: [String: UInt64]
    ) {
        if let looked, looked + Self.interval > now { return }
        if let looked {
            let nanoseconds = UInt64(max((now - looked).nanoseconds, 1))
            headroom.wrote(writtenBytes * 1_000_000_000 / nanoseconds)
        }
        (looked, writtenBytes) = (now, 0)
        guard var free = try? storage.freeBytes(in: folder) else { return }
        let needed = max(headroom.sparing * 2, retention.freeBytes ?? 0)
        let isDue = swept.map { $0 + Self.sweepInterval <= now } ?? true
        if retention.deletes, isDue || free < needed {
            swept = now
            sweep(storage, growing, free: free, needed: headroom.sparing * 2)
            free = (try? storage.freeBytes(in: folder)) ?? free
        }
        headroom.update(freeBytes: free, at: now)
        condition.update { condition in
            (condition.freeBytes, condition.intake) = (free, headroom.intake)
            if headroom.intake != .nothing { condition.failure = nil }
        }
    }

    private func sweep(
        _ storage: any Storage, _ growing: [String: UInt64], free: UInt64, needed: UInt64
    ) {
        guard let files = try? storage.files(in: folder) else { return }
        let sizes = Dictionary(files.map { ($0.name, $0.byteCount) }) { first, _ in first }
        let finished = files.filter { file in
            // Without an index it is nobody's recording, whatever its name.
            RecordingName(file.name) != nil && sizes[RecordingName.index(of: file.name)] != nil
                && growing[folder + "/" + file.name] == nil
        }.map { file in
            Retention.Candidate(
                name: file.name,
                byteCount: file.byteCount + (sizes[RecordingName.index(of: file.name)] ?? 0),
                modifiedSeconds: file.modifiedSeconds)
        }
        let expired = retention.expired(
            among: finished, growingBytes: growing.values.reduce(0, +), freeBytes: free,
            neededBytes: needed, now: clock())
        for recording in expired { delete(recording, storage) }
    }

    /// Deletes a recording and its index, unless another process is writing it.
    private func delete(_ recording: Retention.Candidate, _ storage: any Storage) {
        let path = folder + "/" + recording.name
        guard let file = try? storage.open(path) else { return }
        defer { storage.close(file) }
        guard (try? storage.remove(path)) != nil else { return }
        try? storage.remove(RecordingName.index(of: path))
        condition.update { condition in
            condition.deletedFiles += 1
            condition.deletedBytes += recording.byteCount
        }
    }

    private static let interval = Interval.milliseconds(500)
    private static let sweepInterval = Interval.seconds(10)
}
