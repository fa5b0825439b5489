public import Timing

/// What a publishing session has sent and heard.
public struct PublishingStatistics: Hashable, Sendable {
    /// Media packets, retransmissions not counted.
    public internal(set) var sentPackets: UInt64 = 0
    /// Their payloads' octets.
    public internal(set) var sentBytes: UInt64 = 0
    /// Packets given to it before it was connected, beyond what it holds, or of no track agreed on.
    public internal(set) var droppedPackets: UInt64 = 0
    /// Packets sent again.
    public internal(set) var retransmittedPackets: UInt64 = 0
    /// Packets asked for again that were kept no longer.
    public internal(set) var missedRetransmissions: UInt64 = 0
    /// Key frames asked for.
    public internal(set) var keyframeRequests: UInt64 = 0
    /// The newest round trip; `nil` before the first report.
    public internal(set) var roundTrip: Interval?
    /// Lost on the way, by the newest reports, summed over the tracks.
    public internal(set) var lostPackets = 0
}
