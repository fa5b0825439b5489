import Muxer
import Recording

// The JSON bodies of `/api/v1/recordings`, under the names its callers know.

struct RoomStartBody: Decodable {
    let room_id: String
    let source: String?
    let title: String?
    let description: String?
    let format: String?
}

struct RoomStartedBody: Encodable {
    let recording_id: String
    let status: String
    let started_at: String
    let room_id: String
    let message = "Recording started"
}

struct RoomStoppedBody: Encodable {
    let recording_id: String
    let status = "completed"
    let stopped_at: String
    let duration_seconds: Double
    let file_path: String
    let message = "Recording stopped"
}

struct ListBody: Encodable {
    let recordings: [RecordingBody]
    let total: Int
    let limit: Int
    let offset: Int
}

struct RecordingBody: Encodable {
    let recording_id: String
    let room_id: String
    let title: String
    let description: String?
    let status: String
    let format: String
    let started_at: String?
    let stopped_at: String?
    let duration_seconds: Double
    let file_size_bytes: UInt64
    let playlist_url: String
    let thumbnail_url: String
    let download_url: String
    let files: [FileBody]
}

struct FileBody: Encodable {
    let file: String
    let url: String
    let started_at: String?
    let duration_seconds: Double
    let file_size_bytes: UInt64
    let is_growing: Bool
    /// What the fragments are, as a browser is asked whether it plays them.
    let media_type: String?
    let codecs: [String]

    init(_ file: RecordedFile) {
        (self.file, url) = (file.file, "/recordings/" + file.file)
        let header = file.index.header
        started_at = header.flatMap { header in
            guard header.wallClock != 0 else { return nil }
            return DateTime(nanoseconds: header.wallClock + file.start).text
        }
        duration_seconds = Double(file.duration) / 1e9
        file_size_bytes = file.index.byteCount
        is_growing = !file.index.isFinished
        codecs = header?.formats.compactMap(\.codecName) ?? []
        let kind = header?.formats.contains { $0.kind == .video } ?? true ? "video" : "audio"
        let isNamed = codecs.count == header?.formats.count
        media_type =
            isNamed ? "\(kind)/mp4; codecs=\"\(codecs.joined(separator: ", "))\"" : nil
    }
}
