/// What a recording engine tells its owner, in order.
public enum RecordingEvent: Hashable, Sendable {
    /// A new file begins.
    case began
    /// Octets for the file that has begun.
    case data([UInt8], RecordingStatistics)
    /// The file is whole; no more comes for it.
    case finished(RecordingStatistics)
    /// The source is away, for this reason; `isFinal` says that it is not tried again.
    case interrupted(reason: String, isFinal: Bool)
    /// What cannot be recorded of the source, for a log.
    case note(String)
}
