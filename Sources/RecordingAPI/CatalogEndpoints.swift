import Muxer
import Recording
import Web

/// `/api/v1/recordings…`: recordings begun, ended, listed, described and deleted.
struct CatalogEndpoints: Sendable {
    let catalog: RecordingCatalog
    let recordings: Recordings
    let thumbnails: Thumbnails
    let titles: RecordingTitles
    let playlists: PlaylistEndpoints
    /// The address of the server whose rooms are recorded.
    let rooms: String?

    private enum Route {
        case list
        case start
        case one(String)
        case information(String)
        case stop(String)
        case download(String)
        case downloadURL(String)
        case thumbnail(String)
        case export(String)
        case playlist(String)
        case transportPlaylist(String)
        case transportFile(String, of: String)
        case analytics(String)
        case encoding(String)

        init?(_ path: [String], _ method: HTTPMethod) {
            switch (path.count, path.last ?? "") {
            case (0, _): self = .list
            case (1, "start") where method == .post: self = .start
            case (1, _): self = .one(path[0])
            case (2, "info"): self = .information(path[0])
            case (2, "stop"): self = .stop(path[0])
            case (2, "download"): self = .download(path[0])
            case (2, "download-url"): self = .downloadURL(path[0])
            case (2, "thumbnail"): self = .thumbnail(path[0])
            case (2, "export"): self = .export(path[0])
            case (3, "playlist.m3u8") where path[1] == "stream": self = .playlist(path[0])
            case (3, "ts.m3u8") where path[1] == "stream": self = .transportPlaylist(path[0])
            case (3, let file) where path[1] == "stream" && file.hasSuffix(".ts"):
                self = .transportFile(file, of: path[0])
            case (2, "analytics"): self = .analytics(path[0])
            case (2, "transcode"), (2, "progress"): self = .encoding(path[0])
            case (3, "quality") where path[1] == "abr", (3, "stats") where path[1] == "abr",
                (3, "metrics") where path[1] == "abr":
                self = .encoding(path[0])
            default: return nil
            }
        }

        var methods: [HTTPMethod] {
            switch self {
            case .start, .stop: [.post]
            case .one: [.get, .head, .delete]
            case .list, .information, .download, .downloadURL, .thumbnail, .export, .playlist,
                .transportPlaylist, .transportFile, .analytics:
                [.get, .head]
            case .encoding: [.get, .head, .post, .put, .delete]
            }
        }

        /// What a query may say; `nil` where players ask, who add keys of their own, and where the answer is
        /// no whatever is asked.
        func keys(_ method: HTTPMethod) -> [String]? {
            switch self {
            case .list: ["limit", "offset", "room_id"]
            case .one: method == .delete ? ["permanent"] : []
            case .start, .stop, .information, .analytics: []
            case .downloadURL: ["expires_in"]  // the host's
            case .thumbnail: ["at", "file", "v"]  // the last for who keeps pictures
            case .export: ["from", "to", "file"]
            case .download: ["file"]
            case .playlist, .transportPlaylist, .transportFile, .encoding: nil
            }
        }
    }

    /// - Parameter path: Behind `/api/v1/recordings`.
    func respond(
        _ path: [String], to request: HTTPRequest
    ) async throws(WorkQueue.Busy) -> HTTPResponse {
        guard let route = Route(path, request.method) else { return .nothing }
        guard route.methods.contains(request.method) else { return .notAllowed(route.methods) }
        if let refusal = request.refusal(ofKeysBut: route.keys(request.method)) { return refusal }
        switch route {
        case .list: return try await list(request)
        case .start: return try await start(request)
        case .one(let id) where request.method == .delete: return try await delete(id, request)
        case .one(let id), .information(let id): return try await describe(id)
        case .stop(let id): return try await stop(id)
        case .download(let id): return try await download(id, request)
        case .downloadURL(let id): return try await downloadURL(id, request)
        case .thumbnail(let id): return try await thumbnail(id, request)
        case .export(let id): return try await export(id, request)
        case .playlist(let id): return try await redirect(id, request)
        case .transportPlaylist(let id): return try await transportPlaylist(id, request)
        case .transportFile(let file, let id): return try await transport(file, of: id, request)
        case .analytics(let id): return try await analytics(id)
        case .encoding(let id): return try await encoding(id)
        }
    }

    // MARK: Listing

    private func list(_ request: HTTPRequest) async throws(WorkQueue.Busy) -> HTTPResponse {
        let limit = request[query: "limit"].map { Int($0) } ?? 50
        let offset = request[query: "offset"].map { Int($0) } ?? 0
        guard let limit, let offset, (1...200).contains(limit), offset >= 0 else {
            return .problem(400, "limit must be from 1 to 200, and offset 0 or more")
        }
        let names = try await names(of: request[query: "room_id"])
        var bodies: [RecordingBody] = []
        for name in names.dropFirst(offset).prefix(limit) {
            if let body = try await describe(name: name, withFiles: false) { bodies.append(body) }
        }
        return .json(
            200, ListBody(recordings: bodies, total: names.count, limit: limit, offset: offset))
    }

    /// Names of recordings: those that run, those that are being stopped, those that can be started by their
    /// names, and then the newest first; of one room where one is asked for.
    private func names(of room: String?) async throws(WorkQueue.Busy) -> [String] {
        var seen: Set<String> = []
        var names = await recordings.active().map(\.name)
        names += await recordings.stopping().map(\.name) + recordings.startable()
        names.append(contentsOf: try await catalog.entries().reversed().map(\.name))
        names = names.filter { seen.insert($0).inserted }
        guard let room else { return names }
        // What a start of a room calls its recording; any other is known by its own name.
        let prefix = Self.nameable(room) + "-"
        var found: [String] = []
        for name in names where name == room || name.hasPrefix(prefix) {
            let known = try await titles.title(of: name)
            if known?.room_id ?? name == room { found.append(name) }
        }
        return found
    }

    private func describe(_ name: String) async throws(WorkQueue.Busy) -> HTTPResponse {
        guard let body = try await describe(name: name, withFiles: true) else {
            return .missing(name)
        }
        return .json(200, body)
    }

    func describe(
        name: String, withFiles: Bool
    ) async throws(WorkQueue.Busy) -> RecordingBody? {
        let files = try await catalog.summaries(of: name)
        let status = await recordings.status(name)
        let isStartable = await recordings.isStartable(name)
        guard !files.isEmpty || isStartable || status.map({ !$0.isGone }) ?? false else {
            return nil
        }
        return RecordingBody(
            name, status, files, title: try await titles.title(of: name),
            reach: (await recordings.isActive(name), isStartable), withFiles: withFiles)
    }
}

extension Recordings.Status {
    /// It has been stopped, and what it wrote: whoever finds nothing of that knows that it was deleted.
    fileprivate var isGone: Bool { progress.state == .stopped && progress.disk.writtenBytes > 0 }
}
