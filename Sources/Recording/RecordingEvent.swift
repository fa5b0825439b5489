public import Muxer
public import Timing

/// What a recording engine tells its owner, in order.
public enum RecordingEvent: Hashable, Sendable {
    /// The source is there: what it sends is awaited.
    case connected(at: Instant)
    /// A new file begins.
    case began(Container)
    /// Octets for the file that has begun.
    case data(FileChunk, RecordingStatistics)
    /// What has come so far, where nothing of it went into a file.
    case counted(RecordingStatistics)
    /// The file is whole; no more comes for it.
    case finished(RecordingStatistics)
    /// The source is there, and nothing has come of it for a while; then it comes again.
    case stalled(Bool)
    /// The source is away, for this reason; `isFinal` says that it is not tried again, `isAwaited` that
    /// it is nobody's fault: nobody has come yet.
    case interrupted(reason: String, isFinal: Bool, isAwaited: Bool = false)
    /// The source's sound is of these encodings and cannot be recorded; of none where it can, or where there
    /// is no sound. Told where that changes.
    case leftOut(sound: [String])
    /// What a person should know of the source, for a log.
    case note(String)
}
