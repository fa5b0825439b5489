import Synchronization

/// How one recording stands, for whoever asks; its loop alone changes it.
public final class RecordingProgress: Sendable {
    /// What can be seen of it.
    public struct Snapshot: Hashable, Sendable {
        /// `connecting`, `recording`, `waiting` for a source that is away, `stopped`.
        public var state = "connecting"
        /// The file written now, or last.
        public var path = ""
        /// Seconds since 1970 at which it began.
        public var startedSeconds: Int64 = 0
        /// Octets in all its files.
        public var fileBytes: UInt64 = 0
        /// What has gone into the present file.
        public var statistics = RecordingStatistics()
        /// Pictures and frames of sound in all its files.
        public var totalFrames: UInt64 = 0
        /// Files begun.
        public var fileCount = 0
        /// Times the source went away.
        public var interruptionCount: UInt64 = 0
        /// The reason the last time.
        public var lastFailure: String?
        /// Seconds since 1970 at which octets last came.
        public var lastDataSeconds: Int64 = 0

        /// Nothing yet.
        public init() {}
    }

    private let current = Mutex(Snapshot())

    /// Nothing yet.
    public init() {}

    /// How it stands.
    public var snapshot: Snapshot { current.withLock { $0 } }

    /// Changes it, from the recording's own loop.
    public func update(_ body: (inout Snapshot) -> Void) { current.withLock { body(&$0) } }
}
