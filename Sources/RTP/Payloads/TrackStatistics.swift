/// What came in for a track.
public struct TrackStatistics: Hashable, Sendable {
    /// Packets of the track.
    public internal(set) var packets = 0
    /// Packets that never came, or too late.
    public internal(set) var lost = 0
    /// Of those, packets whose frame another one brought once more.
    public internal(set) var recovered = 0
    /// Packets that came ahead of another.
    public internal(set) var reordered = 0
    /// Packets that came twice, too late, or from nowhere near the stream.
    public internal(set) var old = 0
    /// What is no RTP packet, or no payload of the track's format.
    public internal(set) var malformed = 0
    /// Packets of a payload type that is not the track's.
    public internal(set) var otherPayloadType = 0
    /// How often the SSRC changed.
    public internal(set) var sourceChanges = 0
}
