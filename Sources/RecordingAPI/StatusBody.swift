import Codecs
import Muxer
import Recording
import Timing

/// How a recording stands, in full.
struct StatusBody: Encodable {
    let mint_id: String
    let state: RecordingProgress.Condition
    /// Why nothing is recorded now.
    @OrNull var reason: String?
    let interruptions: UInt64
    let stalls: UInt64
    let start_time: Int64
    @OrNull var output_path: String?
    let file_size_bytes: UInt64
    /// Of 10^6 octets, as memory is told.
    let file_size_mb: Double
    let duration_seconds: Double
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
        (mint_id, state, reason) = (status.name, progress.condition, status.reason)
        (interruptions, stalls) = (progress.source.interruptionCount, progress.source.stallCount)
        start_time = progress.startedSeconds
        output_path = progress.files.path.isEmpty ? nil : progress.files.path
        duration_seconds = progress.files.recorded.seconds
        file_size_bytes = progress.files.byteCount
        file_size_mb = Double(progress.files.byteCount) / 1_000_000
        recording_mode = progress.files.container.rawValue
        is_recording = progress.state == .recording
        tracks = header?.formats.enumerated().map { TrackBody($0.offset, $0.element) } ?? []
        timestamp_info = TimestampBody(progress)
        flexibility = FlexibilityBody(header)
        stats = StatisticsBody(
            progress, trackCount: tracks.count, zeroPacketStreak: zeroPacketStreak)
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
    @OrNull var first_video_timestamp: Double?
    @OrNull var first_audio_timestamp: Double?
    let audio_samples_written: UInt64
    let recording_start_time: Int64

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

extension TrackFormat {
    /// `1280x720`, as the first key frame said it; `nil` for sound, and where it is not known.
    fileprivate var pictureSize: String? {
        switch self {
        case .h264(let sets, _):
            sets.lazy.compactMap { try? H264SequenceParameterSet(parsing: $0.span.bytes) }
                .first { $0.width > 0 }.map { "\($0.width)x\($0.height)" }
        case .vp8(let header): header.map { "\($0.width)x\($0.height)" }
        case .vp9(let header): header.map { "\($0.width)x\($0.height)" }
        case .h265(let sets, _):
            sets.lazy.compactMap { try? H265SequenceParameterSet(parsing: $0.span.bytes) }
                .first { $0.width > 0 }.map { "\($0.width)x\($0.height)" }
        case .av1(let unit):
            AV1SequenceHeader(unit: unit.span.bytes).map { "\($0.width)x\($0.height)" }
        case .aac, .opus, .mp3, .g711: nil
        }
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
        frames_received = total.receivedFrames
        (packets_written, bytes_written) = (progress.totalFrames, progress.disk.writtenBytes)
        pts_corrections = total.correctedTimes
        dropped_frames = progress.droppedFrames
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
    /// What is in no file, packets and frames, by the words of `LossCause`.
    let losses: [String: UInt64]
    /// Packets asked for again of a WHEP server, and those of them that came.
    let packets_requested: UInt64
    let packets_recovered: UInt64
    /// Timestamps that jumped, and times that the sender has set its clock.
    let clock_jumps: UInt64
    let clock_steps: UInt64
    let pli_requests: UInt64
    let bytes_written: UInt64
    let pts_corrections: Int
    let zero_packet_streak: Int
    /// Resident memory of the whole process, MB of 10^6 octets: all its recordings share it.
    let memory_usage_mb: Double
    /// Octets of this recording that wait for the disk.
    let queued_bytes: UInt64

    let track_subscriptions: Int
    /// Seconds from the start to the source's first answer, and from there to its first octets.
    @OrNull var connection_time: Double?
    @OrNull var subscription_time: Double?

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
        subscription_time = Self.seconds(from: progress.source.connected, to: progress.source.firstData)
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

extension AV1SequenceHeader {
    /// Reads the header of a unit, all of it; `nil` where it is none.
    fileprivate init?(unit: RawSpan) {
        var units = AV1OBUs(unit)
        guard let first = units.next(), first.header.type == .sequenceHeader,
            let header = try? AV1SequenceHeader(parsing: first.payload)
        else { return nil }
        self = header
    }
}
