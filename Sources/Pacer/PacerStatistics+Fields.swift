import Timing

extension PacerStatistics {
    /// The record "pacer statistics": the original's names first, then what they cannot tell.
    ///
    /// As there, an item of `video_packets_sent` is a whole frame, and `avg_video_delay_ms` is the
    /// time from frame to frame, 33 at 30 frames a second; the added delay has names of its own. The
    /// original counted each frame of a catch-up; `catchup_events` counts episodes, and the frames
    /// are `video_catchup_items` and `audio_catchup_items`.
    public var fields: [(name: String, value: Int)] {
        let shared: [(name: String, value: Int)] = [
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
        return shared + video.truths("video") + audio.truths("audio") + sessionTruths
    }

    /// What the original warned of, in its words, and how often it was so since `before`.
    public func warnings(since before: PacerStatistics) -> [(warning: String, count: Int)] {
        [
            ("capping excessive delay", cappedWaits - before.cappedWaits),
            ("timestamp went backwards", returns - before.returns),
        ].filter { $0.1 > 0 }
    }

    /// Frames whose timestamp lay before the one of the frame before.
    private var returns: Int {
        let repairs = video.repairs + audio.repairs
        return repairs.backward + repairs.resets
    }

    /// What concerns all tracks: skew, what happened to the clock, drops and repairs, each by cause.
    private var sessionTruths: [(name: String, value: Int)] {
        let anchors = clock.epochAnchors + clock.dropAnchors + clock.pathAnchors
        let repairs = video.repairs + audio.repairs
        return [
            ("av_skew_p50_us", skew.quantile(perMille: 500).microseconds),
            ("av_skew_max_us", skew.longest.microseconds), ("stalls", clock.stalls),
            ("reanchors", anchors + clock.reconnectAnchors),
            ("reanchors_epoch", clock.epochAnchors), ("reanchors_drop", clock.dropAnchors),
            ("reanchors_path", clock.pathAnchors), ("reanchors_reconnect", clock.reconnectAnchors),
            ("frames_dropped", framesDropped.values.reduce(0, +)),
            ("frames_dropped_latency", framesDropped[.latency] ?? 0),
            ("frames_dropped_queue_full", framesDropped[.queueFull] ?? 0),
            ("frames_dropped_awaiting_keyframe", framesDropped[.awaitingKeyframe] ?? 0),
            ("capped_waits", cappedWaits),
            ("timestamp_wraps", repairs.wraps), ("timestamp_backward", repairs.backward),
            ("timestamp_outliers", repairs.outliers), ("timestamp_jumps", repairs.jumps),
            ("timestamp_resets", repairs.resets), ("timestamp_frozen", repairs.frozen),
        ]
    }
}

extension PacerStatistics.Kind {
    /// Bursts as the law in use counts them for its users.
    fileprivate var bursts: Int { max(burstEpisodes, burstItems) }

    /// What the original's names cannot tell of one kind of track.
    fileprivate func truths(_ name: String) -> [(name: String, value: Int)] {
        [
            (name + "_rtp_packets_sent", packetsSent),
            (name + "_added_delay_p50_us", addedDelay.quantile(perMille: 500).microseconds),
            (name + "_added_delay_p99_us", addedDelay.quantile(perMille: 990).microseconds),
            (
                name + "_departure_jitter_p99_us",
                departureJitter.quantile(perMille: 990).microseconds
            ),
            (name + "_burst_episodes", burstEpisodes), (name + "_burst_items", burstItems),
            (name + "_catchup_items", catchUpItems),
        ]
    }
}

extension Interval {
    fileprivate var milliseconds: Int { Int((nanoseconds + 500_000) / 1_000_000) }
    fileprivate var microseconds: Int { Int(nanoseconds / 1_000) }
}
