import Muxer
import Recording
import Timing

// The JSON bodies of `/api/v1/recordings`, under the names its callers know.

struct RoomStartedBody: Encodable {
    let recording_id: String
    let status: RecordingBody.State
    let started_at: String
    let room_id: String
    let format: String
    /// Why nothing is recorded yet.
    @OrNull var reason: String?
    let message: String
    let warnings: [String]

    /// - Parameter source: What is recorded, whoever named it.
    init(
        _ recording: Recordings.Status, _ now: DateTime, _ asked: RoomStartBody,
        from source: String
    ) {
        (recording_id, room_id, started_at) = (recording.name, asked.room_id, now.text)
        format = recording.progress.files.container.rawValue
        reason = recording.reason
        let isReduced =
            recording.name != asked.room_id
            && CatalogEndpoints.nameable(asked.room_id) != asked.room_id
        warnings =
            asked.warnings + asked.wishes.tokenWarnings(for: source)
            + Container.warnings(asked: asked.format, written: recording.progress.files.container)
            + recording.warnings
            + (isReduced
                ? ["no file's name can hold all of room_id: the recording is \(recording.name)"]
                : [])
        status = RecordingBody.state(recording, hasFiles: recording.hasBegun)
        let waiting = recording.reason.map { "Nothing has come yet: \($0)" }
        message =
            recording.hasBegun
            ? "Recording started" : waiting ?? "Nothing has come yet; it is waited for"
    }
}

struct RoomStoppedBody: Encodable {
    let recording_id: String
    let status: RecordingBody.State
    let stopped_at: String
    let duration_seconds: Double
    let file_size_bytes: UInt64
    @OrNull var file_path: String?
    /// Why there is no file; `null` where there is one.
    @OrNull var reason: String?
    let message: String

    init(_ stopped: Recordings.Status, _ now: DateTime, files: [FileSummary]) {
        let progress = stopped.progress
        recording_id = stopped.name
        stopped_at = (files.end(noLaterThan: progress.stoppedNanoseconds) ?? now).text
        status = files.isEmpty ? .failed : .completed
        let absence = files.isEmpty ? stopped.reason : nil
        reason = absence
        message = absence.map { "Nothing was recorded: \($0)" } ?? "Recording stopped"
        duration_seconds = files.reduce(0) { $0 + Double($1.duration) / 1e9 }
        file_size_bytes = files.reduce(0) { $0 + $1.byteCount }
        file_path = files.isEmpty || progress.files.path.isEmpty ? nil : progress.files.path
    }
}

struct ListBody: Encodable {
    let recordings: [RecordingBody]
    let total: Int
    let limit: Int
    let offset: Int
}

struct RecordingBody: Encodable {
    /// What has become of it, in the words that callers know.
    enum State: String, Encodable { case pending, recording, completed, failed }

    let recording_id: String
    let room_id: String
    let title: String
    @OrNull var description: String?
    /// What its start asked for; it is recorded as it comes, whatever that was.
    @OrNull var requested: RecordingTitle.Wishes?
    let status: State
    /// How it fares, in one word; `null` of what no process of now has recorded.
    @OrNull var condition: RecordingProgress.Condition?
    /// Why nothing is recorded now, where something should be.
    @OrNull var reason: String?
    let format: String
    @OrNull var started_at: String?
    @OrNull var stopped_at: String?
    let duration_seconds: Double
    let file_size_bytes: UInt64
    let playlist_url: String
    let thumbnail_url: String
    let download_url: String
    let file_count: Int
    /// Whether it has been started and not stopped; also where it has failed for good.
    let is_active: Bool
    /// Whether it does not run and a start with its name alone begins it again: it is the command line's, or
    /// of its list.
    let can_start: Bool
    /// The newest of them, oldest first; not in a list.
    let files: [FileBody]?

    init(
        _ name: String, _ recording: Recordings.Status?, _ recorded: [FileSummary],
        title known: RecordingTitle?, reach: (isActive: Bool, isStartable: Bool),
        withFiles: Bool
    ) {
        recording_id = name
        (room_id, title) = (known?.room_id ?? name, known?.title ?? name)
        (description, requested) = (known?.description, known?.requested)
        status = Self.state(recording, hasFiles: !recorded.isEmpty)
        condition = recording?.progress.condition
        reason = status == .completed && !reach.isActive ? nil : recording?.reason
        let container = recorded.last?.header?.container ?? recording?.progress.files.container
        format = (container ?? .mpegts).rawValue
        let asked = recording.map {
            DateTime(nanoseconds: $0.progress.startedSeconds * 1_000_000_000)
        }
        started_at = (recorded.first?.date(at: 0) ?? asked)?.text
        let isActive = recording.map { $0.progress.state != .stopped } ?? false
        let stopped = recording?.progress.stoppedNanoseconds
        stopped_at = isActive ? nil : recorded.end(noLaterThan: stopped)?.text
        duration_seconds = recorded.reduce(0) { $0 + Double($1.duration) / 1e9 }
        file_size_bytes = recorded.reduce(0) { $0 + $1.byteCount }
        let base = "/api/v1/recordings/" + name
        (playlist_url, thumbnail_url) = ("/hls/\(name)/index.m3u8", base + "/thumbnail")
        download_url = base + "/download"
        file_count = recorded.count
        (is_active, can_start) = reach
        files = withFiles ? recorded.newest.map { FileBody($0) } : nil
    }

    static func state(_ status: Recordings.Status?, hasFiles: Bool) -> State {
        switch status?.progress.state {
        case .connecting: .pending
        case .waiting: hasFiles ? .recording : .pending
        case .recording: .recording
        case .stopped: hasFiles ? .completed : .failed
        case nil: .completed
        }
    }
}

struct FileBody: Encodable {
    let file: String
    let url: String
    @OrNull var started_at: String?
    let duration_seconds: Double
    let file_size_bytes: UInt64
    let is_growing: Bool
    /// What is played of it, as a browser is asked whether it can.
    @OrNull var media_type: String?
    /// The same of its pictures without their sound, as `tracks=video` has them; `null` where that is no
    /// other.
    @OrNull var video_type: String?
    let codecs: [String]

    init(_ file: FileSummary) {
        (self.file, url) = (file.file, "/recordings/" + file.file)
        let header = file.header
        started_at = file.date(at: 0)?.text
        duration_seconds = Double(file.duration) / 1e9
        (file_size_bytes, is_growing) = (file.byteCount, file.isGrowing)
        codecs = header?.formats.map(\.toldName) ?? []
        media_type = header?.type(of: header?.formats ?? [])
        let isCut = !(header?.soundTracks.isEmpty ?? true)
        video_type =
            isCut ? header?.type(of: header?.formats.filter { $0.kind == .video } ?? []) : nil
    }
}

/// Where a recording is found by who sends nothing but an address.
struct DownloadBody: Encodable {
    let url: String
    let files: [String]
    let playlist_url: String
    let thumbnail_url: String

    init(_ id: String, _ files: ArraySlice<FileSummary>, query: String) {
        let base = "/api/v1/recordings/" + id
        (url, thumbnail_url) = (base + "/download" + query, base + "/thumbnail" + query)
        self.files = files.map { "/recordings/" + $0.file + query }
        playlist_url = "/hls/\(id)/index.m3u8" + query
    }
}

struct DifferentBody: Encodable {
    let detail: String
    let files: [String]
}
