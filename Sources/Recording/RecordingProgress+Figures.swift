public import Muxer
public import Timing

// What a recording's progress is told by: its source, its files, and the disk that they go to.

extension RecordingProgress {
    /// How it stands with what is recorded. Moments are on the monotonic clock.
    public struct Source: Hashable, Sendable {
        /// Since when something is to be expected of it; `nil` while nobody is there to be recorded, which is
        /// no failure: whoever comes is recorded.
        public internal(set) var expectedSince: Instant?
        /// When it was first connected to.
        public internal(set) var connected: Instant?
        /// When octets first came.
        public internal(set) var firstData: Instant?
        /// Times it went away while it was recorded; while it is awaited it cannot.
        public internal(set) var interruptionCount: UInt64 = 0
        /// Times it stayed, once it had come, and sent nothing.
        public internal(set) var stallCount: UInt64 = 0
        /// Whether it sends nothing now.
        public internal(set) var isStalled = false
        /// The encodings of its sound, where it cannot be recorded.
        public internal(set) var unrecordedSound: [String] = []
    }

    /// What is written, as far as files have been begun.
    public struct Files: Hashable, Sendable {
        /// What they are: what was asked for, until the source has shown what it sends.
        public internal(set) var container = Container.mpegts
        /// The file written now, or last.
        public internal(set) var path = ""
        /// The first file of this run.
        public internal(set) var firstPath = ""
        /// Files begun.
        public internal(set) var count = 0
        /// Those that had to end before their time, because the disk refused them or was too slow.
        public internal(set) var tornCount: UInt64 = 0
        /// Octets in all of them: what was cut off again is not among them, what a file's closing adds is.
        public internal(set) var byteCount: UInt64 = 0
        /// Whether the disk has refused all of them so far: it is tried again, like any that refuses.
        public internal(set) var isUnmade = false
        /// Whether the last one has begun, and nothing is in it yet.
        public internal(set) var isLastEmpty = false
        /// Media in whole parts of all of them that the disk has taken; gaps are not counted.
        public internal(set) var recorded = Interval.zero
    }

    /// What the disk has taken of it, and what waits. Moments are on the monotonic clock.
    public struct Disk: Hashable, Sendable {
        /// What it allows.
        public internal(set) var intake = RecordingIntake.everything
        /// Octets that it has taken: the call that wrote them has returned.
        public internal(set) var writtenBytes: UInt64 = 0
        /// Frames in those.
        public internal(set) var written = FrameCount()
        /// When it last took octets.
        public internal(set) var lastWritten: Instant?
        /// Octets that wait for it.
        public internal(set) var waitingBytes: UInt64 = 0
        /// Since when some have waited without its taking any.
        public internal(set) var waitingSince: Instant?
        /// Frames that were handed to files, and that it has not taken.
        public internal(set) var unwrittenFrames: UInt64 = 0
        /// Octets that it was too slow for.
        public internal(set) var droppedBytes: UInt64 = 0

        /// Seconds that octets have waited without its taking any: 0 while none wait.
        public func writeDelay(at now: Instant) -> Double {
            waitingSince.map { max((now - $0).seconds, 0) } ?? 0
        }

        /// Notes how many octets wait: from the first on, and anew with each that it has taken.
        mutating func wait(_ byteCount: Int, at now: Instant, isTaking: Bool = false) {
            waitingBytes = UInt64(max(byteCount, 0))
            waitingSince = byteCount <= 0 ? nil : isTaking ? now : waitingSince ?? now
        }
    }
}
