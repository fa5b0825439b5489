import Muxer
import Recording
import Timing

/// How a recording stands, in full.
struct StatusBody: Encodable {
    let mint_id: String
    let state: RecordingProgress.Condition
    /// Why nothing is recorded now.
    @OrNull var reason: String?
    /// What of its source is not recorded.
    let warnings: [String]
    @OrNull var interruptions: UInt64?
    @OrNull var stalls: UInt64?
    /// Seconds since 1970.
    @OrNull var start_time: Int64?
    @OrNull var output_path: String?
    let file_size_bytes: UInt64
    /// Of 10^6 octets, as memory is told.
    let file_size_mb: Double
    let duration_seconds: Double
    let recording_mode: String
    let is_recording: Bool
    let tracks: [TrackBody]
    /// Its fields are `null`, as those of both counts below, of what no process of now has recorded: files
    /// do not tell them.
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
        (mint_id, state, reason) = (status.name, progress.condition, status.reason)
        warnings = status.warnings
        (interruptions, stalls) = (progress.source.interruptionCount, progress.source.stallCount)
        start_time = progress.startedSeconds
        output_path = progress.files.path.isEmpty ? nil : progress.files.path
        duration_seconds = progress.files.recorded.seconds
        file_size_bytes = progress.files.byteCount
        file_size_mb = Double(progress.files.byteCount) / 1_000_000
        recording_mode = progress.files.container.rawValue
        is_recording = progress.isWritten
        tracks = header?.formats.enumerated().map { TrackBody($0.offset, $0.element) } ?? []
        timestamp_info = TimestampBody(progress)
        flexibility = FlexibilityBody(header)
        stats = StatisticsBody(
            progress, trackCount: tracks.count, zeroPacketStreak: zeroPacketStreak)
        metrics = FrameMetricsBody(progress)
        config = ConfigurationBody(format: recording_mode, codecs: tracks.map(\.codec))
    }

    /// What the disk knows of one that an earlier process has recorded; `nil` where there is no file of it.
    ///
    /// - Parameter files: All of them, oldest first.
    init?(_ name: String, _ files: [FileSummary], in folder: String) {
        guard let last = files.last else { return nil }
        (mint_id, state, warnings, is_recording) = (name, .stopped, [], false)
        start_time = files.begin.map { $0.nanoseconds / 1_000_000_000 }
        output_path = folder + (folder.hasSuffix("/") ? "" : "/") + last.file
        file_size_bytes = files.reduce(0) { $0 + $1.byteCount }
        file_size_mb = Double(file_size_bytes) / 1_000_000
        duration_seconds = Double(files.duration) / 1e9
        recording_mode = (last.header?.container ?? .mpegts).rawValue
        tracks = last.header?.formats.enumerated().map { TrackBody($0.offset, $0.element) } ?? []
        (timestamp_info, stats, metrics) = (TimestampBody(), StatisticsBody(), FrameMetricsBody())
        flexibility = FlexibilityBody(last.header)
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
        codec = format.toldName
    }
}

/// Times of the first samples, in seconds of the source's clock.
struct TimestampBody: Encodable {
    @OrNull var first_video_timestamp: Double?
    @OrNull var first_audio_timestamp: Double?
    @OrNull var audio_samples_written: UInt64?
    @OrNull var recording_start_time: Int64?

    /// Nobody knows.
    init() {}

    init(_ progress: RecordingProgress.Snapshot) {
        let total = progress.total
        first_video_timestamp = total.firstVideoTime?.seconds
        first_audio_timestamp = total.firstAudioTime?.seconds
        (audio_samples_written, recording_start_time) =
            (progress.disk.written.audioSamples, progress.startedSeconds)
    }
}

/// What is done to pictures: nothing, they are written as they come.
struct FlexibilityBody: Encodable {
    let rgb_order = "as sent"
    let resolution_strategy = "as sent"
    let colorspace = "as sent"
    let range = "as sent"
    let coerce_unknown_to_rgb = false
    @OrNull var current_resolution: String?

    init(_ header: IndexHeader?) {
        current_resolution = header?.formats.lazy.compactMap(\.pictureSize).first
    }
}

/// What has come and what has been written.
struct FrameMetricsBody: Encodable {
    @OrNull var frames_received: UInt64?
    @OrNull var packets_written: UInt64?
    @OrNull var bytes_written: UInt64?
    @OrNull var encoder_resets: Int?
    @OrNull var pts_corrections: Int?
    @OrNull var dropped_frames: UInt64?

    /// Nobody knows.
    init() {}

    init(_ progress: RecordingProgress.Snapshot) {
        let total = progress.total
        frames_received = total.receivedFrames
        (packets_written, bytes_written) = (progress.totalFrames, progress.disk.writtenBytes)
        encoder_resets = 0  // nothing is encoded
        pts_corrections = total.correctedTimes
        dropped_frames = progress.droppedFrames
    }
}

/// What is written.
struct ConfigurationBody: Encodable {
    let format: String
    let codecs: [String]
}
