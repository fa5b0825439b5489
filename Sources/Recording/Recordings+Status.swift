// How recordings stand, those that have been stopped included.

extension Recordings {
    /// How one recording stands.
    public struct Status: Hashable, Sendable {
        /// Its name.
        public var name: String
        /// What can be seen of it.
        public var progress: RecordingProgress.Snapshot
    }

    /// What all recordings since the start have come to.
    public struct Totals: Hashable, Sendable {
        /// What has come, and was handed to files.
        public internal(set) var statistics = RecordingStatistics()
        /// Frames that the disk has taken.
        public internal(set) var written = FrameCount()
        /// Octets that the disk has taken.
        public internal(set) var writtenBytes: UInt64 = 0
        /// Frames that were handed to files, and that the disk has not taken.
        public internal(set) var unwrittenFrames: UInt64 = 0
        /// Times that a source went away while it was recorded.
        public internal(set) var interruptions: UInt64 = 0
        /// Times that a source stayed and sent nothing.
        public internal(set) var stalls: UInt64 = 0
        /// Files begun.
        public internal(set) var files: UInt64 = 0
        /// Those that ended before their time, because the disk refused them or was too slow.
        public internal(set) var tornFiles: UInt64 = 0
        /// Octets that the disk was too slow for.
        public internal(set) var droppedBytes: UInt64 = 0

        mutating func add(_ progress: RecordingProgress.Snapshot) {
            statistics.add(progress.total)
            written.add(progress.disk.written)
            writtenBytes += progress.disk.writtenBytes
            unwrittenFrames += progress.disk.unwrittenFrames
            interruptions += progress.source.interruptionCount
            stalls += progress.source.stallCount
            files += UInt64(progress.files.count)
            tornFiles += progress.files.tornCount
            droppedBytes += progress.disk.droppedBytes
        }
    }

    /// Whether something may still be added to a recording's files: also while it is being stopped.
    public func isWriting(_ name: String) -> Bool {
        if ending.contains(where: { $0.name == name }) { return true }
        return entries[name].map { $0.recording.progress.snapshot.state != .stopped } ?? false
    }

    /// How one stands, or stood when it was stopped.
    public func status(_ name: String) -> Status? {
        let snapshot = running(name)?.progress.snapshot ?? former.snapshot(of: name)
        return snapshot.map { Status(name: name, progress: $0) }
    }

    /// Knows no more of one that has been stopped.
    ///
    /// - Returns: Whether anything was known of it.
    @discardableResult
    public func forget(_ name: String) -> Bool { former.forget(name) }

    /// How one stands once a part is in its file, or something has kept it from coming, or `limit`
    /// has passed.
    public func started(_ name: String, within limit: Duration) async -> Status? {
        guard let recording = entries[name]?.recording else { return status(name) }
        let found = await recording.progress.next(within: limit) {
            $0.disk.writtenBytes > 0 || $0.lastFailure != nil || $0.state == .stopped
        }
        guard found.disk.writtenBytes > 0 else { return Status(name: name, progress: found) }
        _ = await recording.live?.next(after: 0, within: min(limit, .seconds(1)))
        return Status(name: name, progress: recording.progress.snapshot)
    }

    /// The parts of the file that a recording writes, or wrote last; `nil` before its first frame, and
    /// long after its end.
    public func live(_ name: String) -> LiveIndex? {
        guard let recording = running(name) else { return former.live(of: name) }
        return recording.live
    }

    /// Those that have not been stopped.
    public func active() -> [Status] {
        entries.map { Status(name: $0, progress: $1.recording.progress.snapshot) }
            .sorted { $0.name < $1.name }
    }

    /// Whether one has been started and not stopped: also one that has failed for good, until then.
    public func isActive(_ name: String) -> Bool { entries[name] != nil }

    /// Those that have been stopped, and are not whole on the disk yet.
    public func stopping() -> [Status] {
        ending.map { Status(name: $0.name, progress: $0.progress.snapshot) }
            .sorted { $0.name < $1.name }
    }

    /// How many have been stopped, and are not whole on the disk yet.
    public var stoppingCount: Int { ending.count }

    /// What all have come to, those that have been stopped included.
    public func totals() -> Totals {
        var totals = former.totals
        for recording in writing { totals.add(recording.progress.snapshot) }
        return totals
    }

    /// Those whose files grow, or are being made whole.
    var writing: [RunningRecording] { entries.values.map(\.recording) + ending }

    private func running(_ name: String) -> RunningRecording? {
        entries[name]?.recording ?? ending.last { $0.name == name }
    }
}
