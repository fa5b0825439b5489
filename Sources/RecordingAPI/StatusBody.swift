import Codecs
import Muxer
import Recording

/// How a recording stands, in full.
struct StatusBody: Encodable {
    let mint_id: String
    let state: String
    let start_time: Int64
    let output_path: String
    let file_size_bytes: UInt64
    let file_size_mb: Double
    let recording_mode: String
    let is_recording: Bool
    let tracks: [TrackBody]
    let timestamp_info: TimestampBody
    let flexibility: FlexibilityBody
    let stats: StatisticsBody
    let metrics: FrameMetricsBody
    let config: ConfigurationBody

    /// - Parameters:
    ///   - status: What can be seen of it.
    ///   - live: Its present file, or the last one.
    init(_ status: Recordings.Status, _ live: LiveIndex?, zeroPacketStreak: Int) {
        let progress = status.progress
        let header = live?.snapshot.header
        (mint_id, state) = (status.name, progress.condition)
        (start_time, output_path) = (progress.startedSeconds, progress.path)
        file_size_bytes = progress.fileBytes
        file_size_mb = Double(progress.fileBytes) / 1_048_576
        recording_mode = live?.container.rawValue ?? Container.mpegts.rawValue
        is_recording = progress.state == "recording"
        tracks = header?.formats.enumerated().map { TrackBody($0.offset, $0.element) } ?? []
        timestamp_info = TimestampBody(progress)
        flexibility = FlexibilityBody(header)
        stats = StatisticsBody(progress.total, zeroPacketStreak: zeroPacketStreak)
        metrics = FrameMetricsBody(progress)
        config = ConfigurationBody(format: recording_mode, codecs: tracks.map(\.codec))
    }
}

/// One track of a recording.
struct TrackBody: Encodable {
    let id: Int
    let kind: String
    let codec: String

    init(_ index: Int, _ format: TrackFormat) {
        (id, kind) = (index, format.kind == .video ? "video" : "audio")
        codec = format.codecName ?? "g711"
    }
}

/// Times of the first samples, in seconds of the source's clock.
struct TimestampBody: Encodable {
    let first_video_timestamp: Double?
    let first_audio_timestamp: Double?
    let audio_samples_written: UInt64
    let recording_start_time: Int64

    init(_ progress: RecordingProgress.Snapshot) {
        let total = progress.total
        first_video_timestamp = total.firstVideoTime?.seconds
        first_audio_timestamp = total.firstAudioTime?.seconds
        (audio_samples_written, recording_start_time) =
            (total.audioFrames, progress.startedSeconds)
    }
}

/// What is done to pictures: nothing, they are written as they come.
struct FlexibilityBody: Encodable {
    let rgb_order = "as sent"
    let resolution_strategy = "as sent"
    let colorspace = "as sent"
    let range = "as sent"
    let coerce_unknown_to_rgb = false
    let current_resolution: String?

    init(_ header: IndexHeader?) {
        current_resolution =
            header?.formats.lazy.compactMap { format in
                guard case .h264(let sets, _) = format else { return nil }
                return sets.lazy.compactMap {
                    try? H264SequenceParameterSet(parsing: $0.span.bytes)
                }
                .first { $0.width > 0 }.map { "\($0.width)x\($0.height)" }
            }.first
    }
}

/// What has come and what has been written.
struct FrameMetricsBody: Encodable {
    let frames_received: UInt64
    let packets_written: UInt64
    let bytes_written: UInt64
    let encoder_resets = 0  // nothing is encoded
    let pts_corrections: Int
    let dropped_frames: UInt64

    init(_ progress: RecordingProgress.Snapshot) {
        let total = progress.total
        frames_received = total.receivedVideoFrames + total.receivedAudioFrames
        (packets_written, bytes_written) = (progress.totalFrames, progress.writtenBytes)
        pts_corrections = total.correctedTimes
        dropped_frames = total.droppedFrames + total.withheldFrames
    }
}

/// What is written.
struct ConfigurationBody: Encodable {
    let format: String
    let codecs: [String]
}

/// Counts of one recording.
struct StatisticsBody: Encodable {
    let video_frames: UInt64
    let audio_frames: UInt64
    let video_frames_received: UInt64
    let audio_frames_received: UInt64
    let video_frames_written: UInt64
    let audio_frames_written: UInt64
    let dropped_frames: UInt64
    let pli_requests: UInt64
    let bytes_written: UInt64
    let pts_corrections: Int
    let zero_packet_streak: Int
    let memory_usage_mb: Double

    init(_ statistics: RecordingStatistics, zeroPacketStreak: Int = 0) {
        (video_frames, audio_frames) = (statistics.videoFrames, statistics.audioFrames)
        video_frames_received = statistics.receivedVideoFrames
        audio_frames_received = statistics.receivedAudioFrames
        video_frames_written = statistics.videoFrames
        audio_frames_written = statistics.audioFrames
        dropped_frames = statistics.droppedFrames + statistics.withheldFrames
        pli_requests = statistics.keyframeRequests
        bytes_written = statistics.writtenBytes
        pts_corrections = statistics.correctedTimes
        zero_packet_streak = zeroPacketStreak
        memory_usage_mb = residentMegabytes()
    }
}
