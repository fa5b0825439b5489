import Muxer
import Reactor
import Recording
import Timing
import Web

/// `/api/v1/recordings…`: recordings begun, ended, listed, described and deleted.
struct CatalogEndpoints: Sendable {
    let catalog: RecordingCatalog
    let recordings: Recordings
    let thumbnails: Thumbnails
    let titles: RecordingTitles
    /// The address of the server whose rooms are recorded.
    let rooms: String?

    /// - Parameter path: Behind `/api/v1/recordings`.
    func respond(_ path: [String], to request: HTTPRequest) async -> HTTPResponse {
        switch (request.method, path.count, path.last ?? "") {
        case (.get, 0, _): return await list(request)
        case (.post, 1, "start"): return await start(request)
        case (.post, 2, "stop"): return await stop(path[0])
        case (.get, 1, _), (.get, 2, "info"): return await describe(path[0])
        case (.delete, 1, _): return await delete(path[0])
        case (.get, 2, "download"): return await download(path[0], request)
        case (.get, 2, "download-url"): return await downloadURL(path[0])
        case (.get, 2, "thumbnail"): return await thumbnail(path[0], request)
        case (.get, 2, "export"): return await export(path[0], request)
        case (.get, 3, "playlist.m3u8") where path[1] == "stream": return redirect(path[0])
        default: return .missing
        }
    }

    // MARK: Listing

    private func list(_ request: HTTPRequest) async -> HTTPResponse {
        let limit = min(max(request[query: "limit"].flatMap { Int($0) } ?? 50, 1), 200)
        let offset = max(request[query: "offset"].flatMap { Int($0) } ?? 0, 0)
        let names = await names()
        var bodies: [RecordingBody] = []
        for name in names.dropFirst(offset).prefix(limit) {
            if let body = await describe(name: name) { bodies.append(body) }
        }
        return .json(
            200, ListBody(recordings: bodies, total: names.count, limit: limit, offset: offset))
    }

    /// Names of recordings, the newest first, those without a file yet before all.
    private func names() async -> [String] {
        var seen: Set<String> = []
        var names = await recordings.active().map(\.name)
        names.append(contentsOf: await catalog.entries().reversed().map(\.name))
        return names.filter { seen.insert($0).inserted }
    }

    private func describe(_ name: String) async -> HTTPResponse {
        guard let body = await describe(name: name) else { return .missing }
        return .json(200, body)
    }

    private func describe(name: String) async -> RecordingBody? {
        let files = await files(of: name)
        let status = await recordings.status(name)
        guard !files.isEmpty || status != nil else { return nil }
        let title = await titles.title(of: name)
        let bodies = files.map { FileBody($0) }
        let container = files.last?.index.header?.container ?? .mpegts
        let base = "/api/v1/recordings/" + name
        let isActive = status.map { $0.progress.state != "stopped" } ?? false
        let last = files.last.flatMap { file in
            file.index.header.map { $0.wallClock + file.start + file.duration }
        }
        let started =
            bodies.first?.started_at
            ?? status.map { DateTime(nanoseconds: $0.progress.startedSeconds * 1_000_000_000).text }
        return RecordingBody(
            recording_id: name, room_id: title?.room ?? name, title: title?.title ?? name,
            description: title?.description, status: Self.state(status, hasFiles: !files.isEmpty),
            format: container.rawValue, started_at: started,
            stopped_at: isActive ? nil : last.map { DateTime(nanoseconds: $0).text },
            duration_seconds: bodies.reduce(0) { $0 + $1.duration_seconds },
            file_size_bytes: bodies.reduce(0) { $0 + $1.file_size_bytes },
            playlist_url: "/hls/\(name)/index.m3u8", thumbnail_url: base + "/thumbnail",
            download_url: base + "/download", files: bodies)
    }

    /// In the words that callers know: pending, recording, completed, failed.
    private static func state(_ status: Recordings.Status?, hasFiles: Bool) -> String {
        switch status?.progress.state {
        case "connecting": "pending"
        case "recording", "waiting": "recording"
        case "stopped" where !hasFiles: "failed"
        default: "completed"
        }
    }

    /// The newest ones of a recording, oldest first.
    func files(of name: String) async -> [RecordedFile] {
        var files: [RecordedFile] = []
        for entry in await catalog.entries().filter({ $0.name == name }).suffix(Self.fileLimit) {
            if let file = await catalog.file(entry.file), !file.index.spans.isEmpty {
                files.append(file)
            }
        }
        return files
    }

    private static let fileLimit = 200
}

// MARK: Beginning and ending

extension CatalogEndpoints {
    private func start(_ request: HTTPRequest) async -> HTTPResponse {
        let body: RoomStartBody
        do { body = try request.json() } catch { return .json(400, ["detail": error.description]) }
        guard let source = body.source ?? whep(body.room_id) else {
            let detail = "Give source, a URL, or start the recorder with --rooms"
            return .json(400, ["detail": detail])
        }
        let now = ClockMap.now().unixNanoseconds(at: .now())
        let digits = DateTime(nanoseconds: now).text.filter(\.isNumber).prefix(14)
        let id = Self.nameable(body.room_id) + "-" + digits
        do throws(RecordingError) {
            try await recordings.start(id, source: source, format: body.format)
        } catch { return .json(error.isCallers ? 400 : 502, ["detail": error.description]) }
        await titles.keep(
            .init(room: body.room_id, title: body.title, description: body.description), of: id)
        let status = await recordings.status(id)
        return .json(
            201,
            RoomStartedBody(
                recording_id: id, status: Self.state(status, hasFiles: true),
                started_at: DateTime(nanoseconds: now).text, room_id: body.room_id))
    }

    /// Where a room is watched.
    private func whep(_ room: String) -> String? {
        guard Self.nameable(room) == room else { return nil }
        return rooms.map { $0 + ($0.hasSuffix("/") ? "" : "/") + "rooms/\(room)/whep" }
    }

    /// A room's name as far as it can be part of a file's.
    private static func nameable(_ room: String) -> String {
        let kept = room.filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
        return kept.isEmpty ? "recording" : String(kept.prefix(60))
    }

    private func stop(_ id: String) async -> HTTPResponse {
        do throws(RecordingError) {
            let progress = try await recordings.stop(id).progress
            let seconds = await files(of: id).reduce(0) { $0 + Double($1.duration) / 1e9 }
            let now = DateTime(nanoseconds: ClockMap.now().unixNanoseconds(at: .now())).text
            return .json(
                200,
                RoomStoppedBody(
                    recording_id: id, stopped_at: now, duration_seconds: seconds,
                    file_path: progress.path))
        } catch { return .json(404, ["detail": error.description]) }
    }

    private func delete(_ id: String) async -> HTTPResponse {
        if await recordings.active().contains(where: { $0.name == id }) {
            return .json(409, ["detail": "It is still recording: stop it first"])
        }
        let entries = await catalog.entries().filter { $0.name == id }
        guard !entries.isEmpty else { return .missing }
        var count = 0
        for entry in entries where await catalog.remove(entry.file) { count += 1 }
        guard count == entries.count else {
            return .json(500, ["detail": "\(entries.count - count) files could not be deleted"])
        }
        await titles.forget(id)
        return HTTPResponse(status: 204)
    }
}

extension RecordingError {
    /// Whether the caller asked for what cannot be.
    var isCallers: Bool {
        switch self {
        case .malformedName, .unsupportedSource, .malformedURL: true
        case .alreadyActive, .notActive, .endpoint, .answer, .system: false
        }
    }
}
