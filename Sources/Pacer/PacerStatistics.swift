public import Timing

/// What a session's pacer did since it began.
public struct PacerStatistics: Hashable, Sendable {
    /// The figures of one kind of track.
    public struct Kind: Hashable, Sendable {
        /// Frames sent whole: the original's "packets".
        public var framesSent = 0
        /// Packets sent.
        public var packetsSent = 0
        /// Octets sent.
        public var bytesSent = 0
        /// Times that frames piled up: five waited at once.
        public var burstEpisodes = 0
        /// Under the original's law: frames that found the queue full.
        public var burstItems = 0
        /// Times that waits were shortened to get rid of delay.
        public var catchUpEpisodes = 0
        /// Under the original's law: frames whose wait was shortened.
        public var catchUpItems = 0
        /// Frames that wait now.
        public var queueDepth = 0
        /// Packets that wait now.
        public var queuedPackets = 0
        /// From the arrival of a frame's last packet to its departure.
        public var addedDelay = DelayHistogram()
        /// How far the distance of two frames' departures is from that of their timestamps.
        public var departureJitter = DelayHistogram()
        /// From one frame's departure to the next one's: what the original calls its delay.
        public var spacing = DelayHistogram()
        /// What was mended in timestamps.
        public var repairs = TimelineRepairs()

        /// Nothing yet.
        public init() {}
    }

    /// Of all video tracks.
    public var video = Kind()
    /// Of all audio tracks.
    public var audio = Kind()
    /// How much later video leaves than sound of the same moment, either way; to a frame's last packet.
    public var skew = DelayHistogram()
    /// The newest skew; positive when video is behind.
    public var newestSkew = Interval.zero
    /// Dropped frames, by what made them so.
    public var framesDropped: [DropReason: Int] = [:]
    /// What happened to the shared clock: stalls, catching up, fresh anchors by cause.
    public var clock = MediaClock.Counters()
    /// Under the original's law: waits cut to the longest.
    public var cappedWaits = 0

    /// Nothing yet.
    public init() {}
}
