import Recording
import Web

/// What the start of a recording said of it.
struct RecordingTitle: Codable, Sendable {
    /// What was asked of the recording itself. Nothing is encoded: it is kept as it was said.
    struct Wishes: Codable, Sendable {
        var format: String?
        var bitrate_kbps: Double?
        var frame_rate: Double?
        var video_quality: String?

        fileprivate var isEmpty: Bool {
            format == nil && bitrate_kbps == nil && frame_rate == nil && video_quality == nil
        }
    }

    /// Of which room it is; `nil` where it was begun by a name of its own.
    var room_id: String?
    var title: String?
    var description: String?
    var requested: Wishes?

    init(_ body: RoomStartBody) {
        (room_id, title, description) = (body.room_id, body.title, body.description)
        requested = Wishes(
            format: body.format, bitrate_kbps: body.bitrate_kbps, frame_rate: body.frame_rate)
    }

    init(_ body: StartBody) {
        requested = Wishes(format: body.output_format, video_quality: body.video_quality)
    }

    /// Whether it is what people write, and lists stay short.
    var isShort: Bool { title?.count ?? 0 <= 300 && description?.count ?? 0 <= 4000 }

    /// Whether nothing was said.
    var isEmpty: Bool {
        room_id == nil && title == nil && description == nil && requested?.isEmpty ?? true
    }
}

/// What was said of recordings at their start: beside their files, and here of those that are listed.
actor RecordingTitles {
    private let catalog: RecordingCatalog
    private var titles: [String: RecordingTitle] = [:]

    init(catalog: RecordingCatalog) { self.catalog = catalog }

    /// `nil` where nothing is known.
    ///
    /// - Throws: `ReadingThread.Busy` where too much waits to be read.
    func title(of name: String) async throws(ReadingThread.Busy) -> RecordingTitle? {
        if let known = titles[name] { return known }
        guard let note = try await catalog.note(of: name),
            let title = try? decodeJSON(RecordingTitle.self, from: note)
        else { return nil }
        remember(title, of: name)
        return title
    }

    /// Of a recording that has just been begun, in place of what was said of one of that name before.
    /// Where the disk does not take it, it is known as long as the process lives.
    func keep(_ title: RecordingTitle, of name: String) async {
        guard !title.isEmpty else {
            _ = try? await forget(name)
            return
        }
        remember(title, of: name)
        _ = try? await catalog.keepNote(encodeJSON(title), of: name)
    }

    func forget(_ name: String) async throws(ReadingThread.Busy) {
        titles[name] = nil
        try await catalog.removeNote(of: name)
    }

    private func remember(_ title: RecordingTitle, of name: String) {
        if titles.count >= Self.limit { titles.removeAll() }
        titles[name] = title
    }

    private static let limit = 10_000
}
