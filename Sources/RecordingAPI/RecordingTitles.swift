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
        /// Whom of a room.
        var from: String?

        fileprivate var isEmpty: Bool {
            format == nil && bitrate_kbps == nil && frame_rate == nil && video_quality == nil
                && from == nil
        }

        fileprivate func following(_ former: Wishes?) -> Wishes {
            guard let former else { return self }
            return Wishes(
                format: format ?? former.format,
                bitrate_kbps: bitrate_kbps ?? former.bitrate_kbps,
                frame_rate: frame_rate ?? former.frame_rate,
                video_quality: video_quality ?? former.video_quality, from: from ?? former.from)
        }
    }

    /// Of which room it is; `nil` where it was begun by a name of its own.
    var room_id: String?
    var title: String?
    var description: String?
    var requested: Wishes?

    init(_ body: RoomStartBody) {
        self.init(body.wishes, format: body.format)
        room_id = body.room_id
        requested?.from = body.from
    }

    init(_ body: StartBody) { self.init(body.wishes, format: body.format) }

    private init(_ said: StartWishes, format: String?) {
        (title, description) = (said.title, said.description)
        requested = Wishes(
            format: format, bitrate_kbps: said.bitrate_kbps, frame_rate: said.frame_rate,
            video_quality: said.video_quality)
    }

    /// The first field that is longer than what people write, and how many octets it may have; `nil` where
    /// none is.
    var tooLong: (field: String, octets: Int)? {
        let fields = [
            ("room_id", room_id, 256), ("title", title, 1200), ("description", description, 8000),
            ("format", requested?.format, 100), ("video_quality", requested?.video_quality, 100),
        ]
        return fields.first { $0.1?.utf8.count ?? 0 > $0.2 }.map { (field: $0.0, octets: $0.2) }
    }

    /// What holds of a recording that goes on: what is said now and, of what is not, what was said before.
    func following(_ former: RecordingTitle) -> RecordingTitle {
        var said = self
        said.room_id = room_id ?? former.room_id
        said.title = title ?? former.title
        said.description = description ?? former.description
        said.requested = requested?.following(former.requested) ?? former.requested
        return said
    }

    /// Whether nothing was said.
    var isEmpty: Bool {
        room_id == nil && title == nil && description == nil && requested?.isEmpty ?? true
    }
}

/// What was said of recordings at their start: beside their files, and here of those that are listed,
/// also that nothing was.
actor RecordingTitles {
    private enum Known {
        case title(RecordingTitle)
        case nothing
    }

    private let catalog: RecordingCatalog
    private let limit: Int
    private var known: [String: Known] = [:]
    /// Their names, what was heard of first first.
    private var order: [String] = []

    /// - Parameter limit: Recordings that are known of without asking the disk.
    init(catalog: RecordingCatalog, limit: Int = 10_000) {
        (self.catalog, self.limit) = (catalog, limit)
    }

    /// `nil` where nothing is known.
    ///
    /// - Throws: `WorkQueue.Busy` where too much waits to be read.
    func title(of name: String) async throws(WorkQueue.Busy) -> RecordingTitle? {
        if known[name] == nil {
            let note = try await catalog.note(of: name)
            let title = note.flatMap { try? decodeJSON(RecordingTitle.self, from: $0) }
            // What was said meanwhile is newer than what was read.
            if known[name] == nil { remember(title.map { .title($0) } ?? .nothing, of: name) }
        }
        guard case .title(let title) = known[name] else { return nil }
        return title
    }

    /// What was said of the files that there are of a recording, to be asked for before it is begun anew:
    /// of what never came to a file, or whose files are gone, nothing holds.
    ///
    /// - Throws: `WorkQueue.Busy` where that cannot be told now: what is begun then would lose it.
    func former(of name: String) async throws(WorkQueue.Busy) -> RecordingTitle? {
        try await catalog.entries(of: name).isEmpty ? nil : title(of: name)
    }

    /// Of a recording that has just been begun; one that goes on keeps what this does not say anew. Where
    /// the disk does not take it, or too much waits for that, it is known as long as the process lives.
    func keep(_ title: RecordingTitle, of name: String, after former: RecordingTitle?) async {
        if !title.isEmpty {
            await put(former.map { title.following($0) } ?? title, of: name)
        } else if former == nil, (try? await self.title(of: name)) != nil {
            _ = try? await forget(name)
        }
    }

    /// The last start of a recording has come to nothing: what was known before holds again, as long as the
    /// process lives at least.
    func restore(_ former: RecordingTitle?, of name: String) async {
        if let former { await put(former, of: name) } else { _ = try? await forget(name) }
    }

    private func put(_ title: RecordingTitle, of name: String) async {
        remember(.title(title), of: name)
        _ = try? await catalog.keepNote(encodeJSON(title), of: name)
    }

    func forget(_ name: String) async throws(WorkQueue.Busy) {
        remember(.nothing, of: name)
        try await catalog.removeNote(of: name)
    }

    private func remember(_ said: Known, of name: String) {
        guard known.updateValue(said, forKey: name) == nil else { return }
        order.append(name)
        if order.count > limit { known[order.removeFirst()] = nil }
    }
}

extension RecordingTitle {
    /// The answer to a start that says more than is kept.
    var refusal: HTTPResponse? {
        tooLong.map { .problem(400, "\($0.field) may have \($0.octets) octets") }
    }
}
