/// What a writer counted since it was made.
public struct TransportStreamStatistics: Hashable, Sendable {
    /// Samples written or gathered.
    public var samples = 0
    /// Octets of those samples, as they were handed in.
    public var sampleByteCount = 0
    /// Octets of transport packets.
    public var writtenByteCount = 0
    /// Decode times that did not rise and were moved, and presentation times before them.
    public var correctedTimes = 0
    /// Time bases begun after the first.
    public var discontinuities = 0
}
