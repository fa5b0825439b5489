public import Timing

/// A source's engine whose octets go to files: it can be told to write less.
public protocol RecordingEngine: StreamEngine, ~Copyable where Event == RecordingEvent {
    /// Writes less from now on, or all again.
    mutating func limit(to intake: RecordingIntake, at now: Instant)

    /// Dates what is recorded by this from now on: the wall clock may have been set.
    mutating func follow(_ clock: ClockMap)

    /// Ends the file and the session.
    mutating func close(at now: Instant)
}

// Rooms and plain RTP come in datagrams; a camera's engine has a connection and words of its own.
extension RecordingEngine where Self: ~Copyable {
    /// No stream connection.
    public var wantedConnection: StreamTarget? { nil }

    /// Opens none.
    public mutating func streamOpened(at now: Instant) {}

    /// Reads none.
    public mutating func receiveStream(_ bytes: RawSpan, at now: Instant) {}

    /// Closes none.
    public mutating func streamClosed(_ reason: String?, at now: Instant) {}

    /// Writes none.
    public mutating func nextStreamOutput() -> [UInt8]? { nil }
}
