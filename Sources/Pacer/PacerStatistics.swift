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

    /// The record "pacer statistics": the original's names first, then what they cannot tell.
    ///
    /// As there, an item of `video_packets_sent` is a whole frame, and `avg_video_delay_ms` is the
    /// time from frame to frame, 33 at 30 frames a second; the added delay has names of its own.
    public var fields: [(name: String, value: Int)] {
        let shared: [(String, Int)] = [
            ("video_packets_sent", video.framesSent),
            ("bursts_absorbed", video.bursts + audio.bursts),
            ("catchup_events", video.catchUpEpisodes + audio.catchUpEpisodes),
            ("avg_video_delay_ms", video.spacing.mean.milliseconds),
            ("video_queue_depth", video.queueDepth),
            ("audio_packets_sent", audio.framesSent),
            ("video_bursts_absorbed", video.bursts),
            ("audio_bursts_absorbed", audio.bursts),
            ("video_catchup_events", video.catchUpEpisodes),
            ("audio_catchup_events", audio.catchUpEpisodes),
            ("avg_audio_delay_ms", audio.spacing.mean.milliseconds),
            ("audio_queue_depth", audio.queueDepth),
        ]
        return shared + truths
    }

    private var truths: [(name: String, value: Int)] {
        var truths: [(name: String, value: Int)] = []
        for (name, kind) in [("video", video), ("audio", audio)] {
            truths += [
                (name + "_rtp_packets_sent", kind.packetsSent),
                (
                    name + "_added_delay_p50_us",
                    kind.addedDelay.quantile(perMille: 500).microseconds
                ),
                (
                    name + "_added_delay_p99_us",
                    kind.addedDelay.quantile(perMille: 990).microseconds
                ),
                (
                    name + "_departure_jitter_p99_us",
                    kind.departureJitter.quantile(perMille: 990).microseconds
                ),
            ]
        }
        let anchors = clock.epochAnchors + clock.dropAnchors + clock.pathAnchors
        let dropped = framesDropped.values.reduce(0, +)
        let repairs = video.repairs + audio.repairs
        return truths + [
            ("av_skew_max_us", skew.longest.microseconds), ("stalls", clock.stalls),
            ("reanchors", anchors + clock.reconnectAnchors), ("frames_dropped", dropped),
            ("timestamp_wraps", repairs.wraps), ("timestamp_backward", repairs.backward),
            ("timestamp_outliers", repairs.outliers), ("timestamp_jumps", repairs.jumps),
            ("timestamp_resets", repairs.resets), ("timestamp_frozen", repairs.frozen),
        ]
    }
}

extension PacerStatistics.Kind {
    /// Bursts as the law in use counts them for its users.
    var bursts: Int { max(burstEpisodes, burstItems) }
}

extension Interval {
    var milliseconds: Int { Int((nanoseconds + 500_000) / 1_000_000) }
    var microseconds: Int { Int(nanoseconds / 1_000) }
}
