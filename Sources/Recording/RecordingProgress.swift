public import Timing

/// How one recording stands, for whoever asks.
public final class RecordingProgress: Sendable {
    /// What it does, as callers read it.
    public enum State: String, Encodable, Sendable {
        /// Its source has not answered yet, or has sent nothing that a file could begin with.
        case connecting
        /// A file has begun.
        case recording
        /// The source is away, and is waited for.
        case waiting
        /// No more comes.
        case stopped
    }

    /// How it fares, in one word, as callers read it.
    public enum Condition: String, Encodable, Sendable {
        case connecting, recording
        /// Key frames alone are written, because the disk fills up.
        case degraded
        /// Nothing is written, because the disk takes nothing.
        case noSpace = "no_space"
        /// The source is there and sends nothing.
        case stalled
        case waiting
        /// It has been stopped, and its last file is not whole yet.
        case stopping
        case stopped
    }

    /// What can be seen of it.
    public struct Snapshot: Hashable, Sendable {
        /// Whether it has been stopped, and no more is expected.
        public internal(set) var isStopping = false
        /// What it does.
        public internal(set) var state = State.connecting
        /// When it was asked for, on the monotonic clock.
        public internal(set) var started: Instant?
        /// Seconds since 1970 at which the recording began.
        public internal(set) var startedSeconds: Int64 = 0
        /// Nanoseconds since 1970 at which it ended; `nil` before.
        public internal(set) var stoppedNanoseconds: Int64?
        /// The last reason why something failed.
        public internal(set) var lastFailure: String?
        /// How it stands with what is recorded.
        public internal(set) var source = Source()
        /// What has become of that.
        public internal(set) var files = Files()
        /// What has got there.
        public internal(set) var disk = Disk()
        /// What has come, and was handed to files, since the source was last connected to.
        public internal(set) var statistics = RecordingStatistics()
        /// The same before that.
        public internal(set) var earlier = RecordingStatistics()
        /// How much was lost of that lately.
        public internal(set) var recentLoss = LossWindow()

        /// Nothing yet.
        public init() {}
    }

    let current = Awaited(Snapshot(), waiterLimit: 100)

    /// Nothing yet.
    init() {}

    /// How it stands.
    public var snapshot: Snapshot { current.value }

    /// Waits until something is true of it, or `limit` has passed. With a hundred waiting already, it
    /// does not wait.
    ///
    /// - Returns: How it stands then.
    public func next(
        within limit: Duration, where isReached: @escaping @Sendable (Snapshot) -> Bool
    ) async -> Snapshot {
        await current.next(within: limit, where: isReached)
    }

    func update(_ body: (inout Snapshot) -> Void) { current.update(body) }

    /// An engine's counts, which begin anew with every connection.
    func count(_ statistics: RecordingStatistics, at now: Instant) {
        update { progress in
            if statistics.connection != progress.statistics.connection {
                progress.earlier.add(progress.statistics)
            }
            progress.statistics = statistics
            progress.recentLoss.note(
                received: progress.total.receivedFrames, lost: progress.droppedFrames, at: now)
        }
    }
}

extension RecordingProgress.Snapshot {
    /// What has come, and was handed to files, in all.
    public var total: RecordingStatistics {
        var total = earlier
        total.add(statistics)
        return total
    }

    /// Pictures and frames of sound that the disk has taken.
    public var totalFrames: UInt64 { disk.written.frames }

    /// Whole seconds since anything was last written, or since something is to be expected where nothing
    /// has been: 0 while the source sends and the disk takes it, before the first publisher of a room, and
    /// before the first packet of what is sent here unasked.
    public func zeroPacketStreak(at now: Instant) -> Int {
        guard state != .stopped, let since = disk.lastWritten ?? source.expectedSince
        else {
            return 0
        }
        return Int(max((now - since).nanoseconds, 0) / 1_000_000_000)
    }

    /// What a person should know of its sound; `nil` where there is nothing.
    public var soundWarning: String? {
        guard !source.unrecordedSound.isEmpty else { return nil }
        let names = source.unrecordedSound.joined(separator: ", ")
        return "the source's sound, \(names), cannot be recorded"
    }

    /// How it fares.
    public var condition: RecordingProgress.Condition {
        switch (state, disk.intake) {
        case (.stopped, _): .stopped
        case _ where isStopping: .stopping
        // A source that has answered, and could be recorded if there were room.
        case (.connecting, .nothing) where source.connected != nil: .noSpace
        // One that has answered, and sends nothing that a file could begin with.
        case (.connecting, _) where source.isStalled && source.connected != nil: .stalled
        case (.connecting, _): .connecting
        case (.recording, .nothing), (.waiting, .nothing): .noSpace
        case (.recording, _) where files.isUnmade: .noSpace
        case (.recording, _) where source.isStalled, (.waiting, _) where source.isStalled: .stalled
        case (.recording, .keyframes): .degraded
        case (.recording, .everything): .recording
        case (.waiting, .keyframes), (.waiting, .everything): .waiting
        }
    }
}
