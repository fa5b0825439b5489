import Recording
import Timing
import Web

// What recordings come to in figures; and what is asked of encoders, of which there are none.

extension CatalogEndpoints {
    func analytics(_ id: String) async throws(WorkQueue.Busy) -> HTTPResponse {
        guard let recording = try await describe(name: id, withFiles: false) else {
            return .missing(id)
        }
        let files = try await catalog.summaries(of: id)
        var pieces = Pieces()
        for each in files {
            if let file = try await catalog.file(each.file) { pieces.add(file) }
        }
        let status = await recordings.status(id)
        return .json(200, AnalyticsBody(recording, files, pieces, status))
    }

    /// There is one rendition of a recording, as it came.
    func encoding(_ id: String) async throws(WorkQueue.Busy) -> HTTPResponse {
        guard try await describe(name: id, withFiles: false) != nil else { return .missing(id) }
        return .problem(
            501,
            "\(id): nothing is encoded here. It is there as it came: whole at /download, a part of it as"
                + " MP4 at /export?from=&to=, while it grows at /hls/\(id)/index.m3u8")
    }
}

/// What of files only all of their indexes tell.
struct Pieces {
    /// Places at which playing can begin.
    private(set) var count = 0
    /// The longest way from one of them to the next, in nanoseconds.
    private(set) var longest: Int64 = 0

    mutating func add(_ file: RecordedFile) {
        count += file.index.spans.count
        longest = max(longest, file.index.spans.map(\.duration.nanoseconds).max() ?? 0)
    }
}

/// A recording in figures: first of all its files, whoever recorded them, then of its latest start alone.
struct AnalyticsBody: Encodable {
    let recording_id: String
    let status: RecordingBody.State
    @OrNull var started_at: String?
    @OrNull var stopped_at: String?
    let file_count: Int
    let file_size_bytes: UInt64
    let duration_seconds: Double
    /// What came in a second of its media.
    @OrNull var average_bitrate_kbps: Double?
    /// Places at which playing can begin, and the longest way from one to the next.
    let segment_count: Int
    let longest_segment_seconds: Double
    /// Between its files, by their dates.
    let gap_count: Int
    let gap_seconds: Double
    /// From when to when `source` and `losses` count: from the latest start, over all connections, until it
    /// was stopped, or until now (`null`); both `null` where no process of now has begun it.
    @OrNull var source_since: String?
    @OrNull var source_until: String?
    /// What has come, and was lost, in that time; `null` where it is not known.
    @OrNull var source: SourceBody?
    /// What of that is in no file, by the words of `LossCause`.
    @OrNull var losses: [String: UInt64]?

    init(
        _ recording: RecordingBody, _ files: [FileSummary], _ pieces: Pieces,
        _ status: Recordings.Status?
    ) {
        (recording_id, self.status) = (recording.recording_id, recording.status)
        (started_at, stopped_at) = (recording.started_at, recording.stopped_at)
        (file_count, file_size_bytes) = (recording.file_count, recording.file_size_bytes)
        duration_seconds = recording.duration_seconds
        average_bitrate_kbps =
            duration_seconds > 0 ? Double(file_size_bytes) * 8 / 1000 / duration_seconds : nil
        segment_count = pieces.count
        longest_segment_seconds = Double(pieces.longest) / 1e9
        let gaps = files.gaps
        (gap_count, gap_seconds) = (gaps.count, gaps.reduce(0) { $0 + Double($1) / 1e9 })
        source_since = status.map {
            DateTime(nanoseconds: $0.progress.startedSeconds * 1_000_000_000).text
        }
        source_until = status?.progress.stoppedNanoseconds.map { DateTime(nanoseconds: $0).text }
        source = status.map { SourceBody($0.progress) }
        losses = status?.progress.losses
    }
}

/// What a recording's source has sent.
struct SourceBody: Encodable {
    let video_frames_received: UInt64
    let audio_frames_received: UInt64
    let video_frames_written: UInt64
    let audio_frames_written: UInt64
    let dropped_frames: UInt64
    let dropped_bytes: UInt64
    let keyframe_requests: UInt64
    let interruptions: UInt64
    let stalls: UInt64

    init(_ progress: RecordingProgress.Snapshot) {
        let total = progress.total
        video_frames_received = total.receivedVideoFrames
        audio_frames_received = total.receivedAudioFrames
        let written = progress.disk.written
        (video_frames_written, audio_frames_written) = (written.videoFrames, written.audioFrames)
        dropped_frames = progress.droppedFrames
        (dropped_bytes, keyframe_requests) = (progress.disk.droppedBytes, total.keyframeRequests)
        (interruptions, stalls) = (progress.source.interruptionCount, progress.source.stallCount)
    }
}

extension [FileSummary] {
    /// Nanoseconds from the end of a file to the beginning of the next where nothing was recorded for
    /// longer than clocks stray.
    fileprivate var gaps: [Int64] {
        zip(self, dropFirst()).compactMap { file, next in
            guard let end = file.date(at: file.duration), let start = next.date(at: 0) else {
                return nil
            }
            let (gap, isOver) = start.nanoseconds.subtractingReportingOverflow(end.nanoseconds)
            return !isOver && gap > 100_000_000 ? gap : nil
        }
    }
}
