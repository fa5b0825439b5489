public import Timing

/// A source's engine whose octets go to files: it can be told to write less.
public protocol RecordingEngine: StreamEngine, ~Copyable where Event == RecordingEvent {
    /// Writes less from now on, or all again.
    mutating func limit(to intake: RecordingIntake, at now: Instant)

    /// Ends the file and the session.
    mutating func close(at now: Instant)
}
