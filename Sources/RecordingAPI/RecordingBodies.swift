import Muxer
import Recording

// The JSON bodies of the recording API, under the names its callers know.

struct HealthBody: Encodable {
    /// `ok`, or `degraded` where one of them is not recorded as it should be.
    let status: String
    let recordings: [String: RecordingProgress.Condition]
    /// Of those that do not record.
    let reasons: [String: String]

    /// - Parameter stopped: What was stopped by hand of what the recorder itself was told to record: that
    ///   nobody records it now is as it should be.
    init(_ present: [Recordings.Status], stopped: [String]) {
        status = present.allSatisfy(\.progress.isAsItShould) ? "ok" : "degraded"
        recordings = Dictionary(
            present.map { ($0.name, $0.progress.condition) } + stopped.map { ($0, .stopped) },
            uniquingKeysWith: { running, _ in running })
        reasons = Dictionary(
            present.compactMap { each in each.reason.map { (each.name, $0) } },
            uniquingKeysWith: { first, _ in first })
    }
}

extension RecordingProgress.Snapshot {
    /// Whether what comes goes into its files, all of it or key frames alone.
    var isWritten: Bool {
        switch condition {
        case .recording, .degraded: true
        case .connecting, .noSpace, .stalled, .waiting, .stopping, .stopped: false
        }
    }

    /// Whether nobody need look after it: what should be recorded is, or there is nobody yet to be
    /// recorded.
    fileprivate var isAsItShould: Bool {
        switch condition {
        case .recording, .stopping: true
        case .connecting, .waiting: source.expectedSince == nil || lastFailure == nil
        // Nobody has stopped it: it has failed for good.
        case .degraded, .noSpace, .stalled, .stopped: false
        }
    }
}

struct StopBody: Decodable {
    let mint_id: String
}

struct StartedBody: Encodable {
    /// It is taken: `state` says whether something is recorded. Where it is not, the source is tried until
    /// the recording is stopped.
    let success = true
    let state: RecordingProgress.Condition
    /// Why nothing is recorded yet.
    @OrNull var reason: String?
    @OrNull var output_path: String?
    let output_format: String
    let start_time: Int64
    let tracks: [TrackBody]
    let stats: StatisticsBody
    let warnings: [String]

    /// - Parameter source: What is recorded, whoever named it.
    init(
        _ status: Recordings.Status, _ live: LiveIndex?, _ asked: StartBody, from source: String
    ) {
        let progress = status.progress
        (state, reason) = (progress.condition, status.reason)
        output_path = progress.files.path.isEmpty ? nil : progress.files.path
        (output_format, start_time) = (progress.files.container.rawValue, progress.startedSeconds)
        let formats = live?.snapshot.header?.formats ?? []
        tracks = formats.enumerated().map { TrackBody($0.offset, $0.element) }
        stats = StatisticsBody(progress, trackCount: tracks.count)
        warnings =
            asked.warnings + asked.wishes.tokenWarnings(for: source)
            + Container.warnings(asked: asked.format, written: progress.files.container)
            + status.warnings
    }
}

struct StoppedBody: Encodable {
    let success = true
    let state: RecordingProgress.Condition
    /// Why there is no file; `null` where there is one.
    @OrNull var reason: String?
    @OrNull var output_path: String?
    /// Of those of its files that are on the disk now: limits may have deleted others.
    let file_size_bytes: UInt64
    /// The same, each from its beginning to its end: what lies between two files is not counted.
    let duration_seconds: Double
    let files: [String]
    let stats: StatisticsBody

    init(_ status: Recordings.Status, _ files: [FileSummary]) {
        let progress = status.progress
        (state, reason) = (progress.condition, files.isEmpty ? status.reason : nil)
        output_path = files.isEmpty || progress.files.path.isEmpty ? nil : progress.files.path
        file_size_bytes = files.reduce(0) { $0 + $1.byteCount }
        duration_seconds = Double(files.duration) / 1e9
        self.files = files.map(\.file)
        stats = StatisticsBody(
            progress, trackCount: files.last?.header?.formats.count ?? 0)
    }
}

struct ActiveBody: Encodable {
    let success = true
    let recordings: [String: StatusBody]
    let count: Int

    init(recordings: [String: StatusBody]) {
        (self.recordings, count) = (recordings, recordings.count)
    }
}

struct FormatsBody: Encodable {
    struct Format: Encodable {
        let description: String
        let video_codec: String
        let audio_codec: String
        let container: String
        let encoding_speed = "nothing is encoded"
        let file_size: String
        let note: String
    }

    let success = true
    let formats = [
        "mpegts": Format(
            description: "MPEG transport stream, playable while it grows",
            video_codec: "h264, h265", audio_codec: "aac, opus, mp3", container: "mpegts",
            file_size: "the stream's own, and 3 to 7 %", note: "any cut of it plays"),
        "mp4": Format(
            description: "MP4 that grows as fragmented MP4 and is plain MP4 when it is closed",
            video_codec: "h264, h265, vp9, av1", audio_codec: "aac, opus, mp3, g711",
            container: "mp4", file_size: "the stream's own, and about 1 %",
            note: "a crash leaves it fragmented"),
        "fmp4": Format(
            description: "fragmented MP4, playable while it grows",
            video_codec: "h264, h265, vp9, av1", audio_codec: "aac, opus, mp3, g711",
            container: "mp4", file_size: "the stream's own, and about 1 %",
            note: "any cut between parts plays"),
        "webm": Format(
            description: "WebM, playable while it grows", video_codec: "vp8, vp9, av1",
            audio_codec: "opus", container: "webm",
            file_size: "the stream's own, and about 1 %", note: "any cut between clusters plays"),
    ]
    /// Pictures and sound are written as they come, whatever is asked for.
    let quality_presets = ["low": Preset(), "medium": Preset(), "high": Preset()]

    struct Preset: Encodable {
        let video_bitrate = "the source's"
        let audio_bitrate = "the source's"
        let resolution = "the source's"
        let description = "nothing is encoded"
    }
}
