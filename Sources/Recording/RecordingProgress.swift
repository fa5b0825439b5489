public import Muxer
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
        /// What its files are: what was asked for, until the source has shown what it sends.
        public internal(set) var container = Container.mpegts
        /// The file written now, or last.
        public internal(set) var path = ""
        /// The first file of this run.
        public internal(set) var firstPath = ""
        /// Seconds since 1970 at which the recording began.
        public internal(set) var startedSeconds: Int64 = 0
        /// Nanoseconds since 1970 at which it ended; `nil` before.
        public internal(set) var stoppedNanoseconds: Int64?
        /// Octets in all its files: what was cut off again is not among them, what a file's closing adds
        /// is.
        public internal(set) var fileBytes: UInt64 = 0
        /// Whether the present file has begun, and nothing is in it yet.
        public internal(set) var isFileEmpty = false
        /// Octets that the disk has taken of it: the call that wrote them has returned.
        public internal(set) var writtenBytes: UInt64 = 0
        /// Frames in those.
        public internal(set) var written = FrameCount()
        /// Frames that were handed to files, and that the disk has not taken.
        public internal(set) var unwrittenFrames: UInt64 = 0
        /// Octets that wait for the disk.
        public internal(set) var waitingBytes: UInt64 = 0
        /// Since when some have waited without the disk taking any, on the monotonic clock.
        public internal(set) var waitingSince: Instant?
        /// Octets that the disk was too slow for.
        public internal(set) var droppedBytes: UInt64 = 0
        /// What has come, and was handed to files, since the source was last connected to.
        public internal(set) var statistics = RecordingStatistics()
        /// The same before that.
        public internal(set) var earlier = RecordingStatistics()
        /// How much was lost of that lately.
        public internal(set) var recentLoss = LossWindow()
        /// Files begun.
        public internal(set) var fileCount = 0
        /// Those that had to end before their time, because the disk refused them or was too slow.
        public internal(set) var tornFileCount: UInt64 = 0
        /// Times the source went away while it was recorded; while it is awaited it cannot.
        public internal(set) var interruptionCount: UInt64 = 0
        /// Since when something is to be expected of the source, on the monotonic clock; `nil` while nobody
        /// is there to be recorded, which is no failure: whoever comes is recorded.
        public internal(set) var expectedSince: Instant?
        /// Times the source stayed, once it had come, and sent nothing.
        public internal(set) var stallCount: UInt64 = 0
        /// Whether the source sends nothing now.
        public internal(set) var isStalled = false
        /// The last reason why something failed.
        public internal(set) var lastFailure: String?
        /// When the disk last took octets, on the monotonic clock.
        public internal(set) var lastWritten: Instant?
        /// When it was asked for, on that clock.
        public internal(set) var started: Instant?
        /// When its source was first connected to.
        public internal(set) var connected: Instant?
        /// When octets first came.
        public internal(set) var firstData: Instant?
        /// Media in whole parts of all its files; gaps are not counted.
        public internal(set) var recorded = Interval.zero
        /// What the disk allows.
        public internal(set) var intake = RecordingIntake.everything

        /// Nothing yet.
        public init() {}
    }

    let current = Awaited(Snapshot(), waiterLimit: 100)

    /// Nothing yet.
    public init() {}

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
            // What comes before the first key frame is not lost.
            progress.recentLoss.note(
                received: progress.total.receivedFrames,
                lost: progress.droppedFrames - progress[.framesEarly], at: now)
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
    public var totalFrames: UInt64 { written.frames }

    /// Whole seconds since anything was last written, or since something is to be expected where nothing
    /// has been: 0 while the source sends and the disk takes it, before the first publisher of a room, and
    /// before the first packet of what is sent here unasked.
    public func zeroPacketStreak(at now: Instant) -> Int {
        guard state != .stopped, let since = lastWritten ?? expectedSince else {
            return 0
        }
        return Int(max((now - since).nanoseconds, 0) / 1_000_000_000)
    }

    /// Seconds that octets have waited for the disk without its taking any: 0 while none wait.
    public func writeDelay(at now: Instant) -> Double {
        waitingSince.map { max((now - $0).seconds, 0) } ?? 0
    }

    /// Notes how many octets wait: from the first on, and anew with each that the disk has taken.
    mutating func wait(_ byteCount: Int, at now: Instant, isTaking: Bool = false) {
        waitingBytes = UInt64(max(byteCount, 0))
        waitingSince = byteCount <= 0 ? nil : isTaking ? now : waitingSince ?? now
    }

    /// How it fares.
    public var condition: RecordingProgress.Condition {
        switch (state, intake) {
        case (.stopped, _): .stopped
        case _ where isStopping: .stopping
        // A source that has answered, and could be recorded if there were room.
        case (.connecting, .nothing) where connected != nil: .noSpace
        // One that has answered, and sends nothing that a file could begin with.
        case (.connecting, _) where isStalled && connected != nil: .stalled
        case (.connecting, _): .connecting
        case (.recording, .nothing), (.waiting, .nothing): .noSpace
        case (.recording, _) where isStalled, (.waiting, _) where isStalled: .stalled
        case (.recording, .keyframes): .degraded
        case (.recording, .everything): .recording
        case (.waiting, .keyframes), (.waiting, .everything): .waiting
        }
    }
}
