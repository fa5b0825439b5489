import Recording
import Timing

/// Counts of one recording; `null` of what no process of now has recorded.
struct StatisticsBody: Encodable {
    @OrNull var video_frames: UInt64?
    @OrNull var audio_frames: UInt64?
    @OrNull var video_frames_received: UInt64?
    @OrNull var audio_frames_received: UInt64?
    @OrNull var video_frames_written: UInt64?
    @OrNull var audio_frames_written: UInt64?
    @OrNull var dropped_frames: UInt64?
    /// What is in no file, packets and frames, by the words of `LossCause`.
    @OrNull var losses: [String: UInt64]?
    /// Packets asked for again of a WHEP server, and those of them that came.
    @OrNull var packets_requested: UInt64?
    @OrNull var packets_recovered: UInt64?
    /// Timestamps that jumped, and times that the sender has set its clock.
    @OrNull var clock_jumps: UInt64?
    @OrNull var clock_steps: UInt64?
    @OrNull var pli_requests: UInt64?
    @OrNull var bytes_written: UInt64?
    @OrNull var pts_corrections: Int?
    @OrNull var zero_packet_streak: Int?
    /// Resident memory of the whole process, MB of 10^6 octets: all its recordings share it.
    @OrNull var memory_usage_mb: Double?
    /// Octets of this recording that wait for the disk.
    @OrNull var queued_bytes: UInt64?

    @OrNull var track_subscriptions: Int?
    /// Seconds from the start to the source's first answer, and from there to its first octets.
    @OrNull var connection_time: Double?
    @OrNull var subscription_time: Double?

    /// Nobody knows.
    init() {}

    init(
        _ progress: RecordingProgress.Snapshot, trackCount: Int, zeroPacketStreak: Int = 0
    ) {
        let statistics = progress.total
        let written = progress.disk.written
        (video_frames, audio_frames) = (written.videoFrames, written.audioFrames)
        video_frames_received = statistics.receivedVideoFrames
        audio_frames_received = statistics.receivedAudioFrames
        video_frames_written = written.videoFrames
        audio_frames_written = written.audioFrames
        dropped_frames = progress.droppedFrames
        losses = progress.losses
        let source = statistics.source
        (packets_requested, packets_recovered) = (source.requestedPackets, source.recoveredPackets)
        (clock_jumps, clock_steps) = (source.clockJumps, source.clockSteps)
        pli_requests = statistics.keyframeRequests
        bytes_written = progress.disk.writtenBytes
        pts_corrections = statistics.correctedTimes
        zero_packet_streak = zeroPacketStreak
        (memory_usage_mb, queued_bytes) = (residentMegabytes(), progress.disk.waitingBytes)
        track_subscriptions = trackCount
        connection_time = Self.seconds(from: progress.started, to: progress.source.connected)
        subscription_time = Self.seconds(
            from: progress.source.connected, to: progress.source.firstData)
    }

    private static func seconds(from start: Instant?, to end: Instant?) -> Double? {
        guard let start, let end else { return nil }
        return (end - start).seconds
    }
}

extension RecordingProgress.Snapshot {
    /// What is in no file, by cause.
    var losses: [String: UInt64] {
        Dictionary(uniqueKeysWithValues: LossCause.allCases.map { ($0.rawValue, self[$0]) })
    }
}
