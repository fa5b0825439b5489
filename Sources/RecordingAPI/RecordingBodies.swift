import Glibc
import Recording

// The JSON bodies of the recording API, under the names its callers know.

struct HealthBody: Encodable {
    let status = "ok"
    let recordings: [String: String]
}

struct StartBody: Decodable {
    let mint_id: String
    let source: String?
    let output_format: String?
}

struct StopBody: Decodable {
    let mint_id: String
}

struct StartedBody: Encodable {
    let success = true
    let output_path: String
    let start_time: Int64

    init(_ status: Recordings.Status) {
        (output_path, start_time) = (status.progress.path, status.progress.startedSeconds)
    }
}

struct StoppedBody: Encodable {
    let success = true
    let output_path: String
    let file_size_bytes: UInt64
    let duration_seconds: Int64
    let stats: StatisticsBody

    init(_ status: Recordings.Status) {
        let progress = status.progress
        (output_path, file_size_bytes) = (progress.path, progress.fileBytes)
        duration_seconds = max(0, progress.lastDataSeconds - progress.startedSeconds)
        stats = StatisticsBody(progress.total)
    }
}

struct StatusBody: Encodable {
    let mint_id: String
    let state: String
    let start_time: Int64
    let output_path: String
    let file_size_bytes: UInt64
    let file_size_mb: Double
    let recording_mode = "mpegts"
    let is_recording: Bool
    let stats: StatisticsBody

    init(_ status: Recordings.Status) {
        let progress = status.progress
        (mint_id, state) = (status.name, progress.condition)
        (start_time, output_path) = (progress.startedSeconds, progress.path)
        file_size_bytes = progress.fileBytes
        file_size_mb = Double(progress.fileBytes) / 1_048_576
        is_recording = progress.state == "recording"
        stats = StatisticsBody(progress.total)
    }
}

struct StatisticsBody: Encodable {
    let video_frames_written: UInt64
    let audio_frames_written: UInt64
    let dropped_frames: UInt64
    let bytes_written: UInt64
    let pts_corrections: Int
    let memory_usage_mb: Double

    init(_ statistics: RecordingStatistics) {
        video_frames_written = statistics.videoFrames
        audio_frames_written = statistics.audioFrames
        dropped_frames = statistics.droppedFrames
        bytes_written = statistics.writtenBytes
        pts_corrections = statistics.correctedTimes
        memory_usage_mb = residentMegabytes()
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
        let description = "MPEG transport stream, playable while it grows"
        let video_codec = "h264"
        let audio_codec = "aac, opus"
        let container = "mpegts"
        let encoding_speed = "nothing is encoded"
        let file_size = "the stream's own, and 3 to 7 %"
        let note = "nothing written is lost in a crash"
    }

    let success = true
    let formats = ["mpegts": Format()]
}

/// Resident memory of this process.
func residentMegabytes() -> Double {
    guard let file = fopen("/proc/self/statm", "r") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 128)
    guard fgets(&line, 128, file) != nil else { return 0 }
    let words = String(decoding: line.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        .split(separator: " ")
    let pages = words.count > 1 ? Double(words[1]) ?? 0 : 0
    return pages * Double(sysconf(Int32(_SC_PAGESIZE))) / 1_000_000
}
