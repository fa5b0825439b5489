import Reactor
public import Recording
import Timing
public import Web

/// The HTTP face of `Recordings`: health, metrics, the recording API, what has been recorded, and a
/// page that shows it.
public struct RecordingEndpoints: Sendable {
    let recordings: Recordings
    private let control: ControlEndpoints
    private let files: FileEndpoints
    let playlists: PlaylistEndpoints
    private let list: CatalogEndpoints
    private let checksOrigin: Bool
    private let isLocal: Bool
    private let pagePath: String

    /// A face of these recordings.
    ///
    /// - Parameters:
    ///   - recordings: What is recorded, and where it lies.
    ///   - rooms: The address of the server whose rooms are recorded by their names.
    ///   - checksOrigin: Whether other sites' pages may change nothing; `false` where the caller has
    ///     seen to that.
    ///   - isLocal: Whether only calls to an address or to `localhost` are answered.
    ///   - page: The path under which the page lies, without a slash at its end.
    public init(
        _ recordings: Recordings, rooms: String? = nil, checksOrigin: Bool = true,
        isLocal: Bool = false, page: String = ""
    ) {
        let catalog = RecordingCatalog(recordings)
        (self.recordings, self.checksOrigin, pagePath) = (recordings, checksOrigin, page)
        self.isLocal = isLocal
        let titles = RecordingTitles(catalog: catalog)
        control = ControlEndpoints(recordings: recordings, catalog: catalog, titles: titles)
        files = FileEndpoints(catalog: catalog)
        playlists = PlaylistEndpoints(
            catalog: catalog, history: PlaylistHistory(catalog: catalog, recordings: recordings))
        list = CatalogEndpoints(
            catalog: catalog, recordings: recordings,
            thumbnails: Thumbnails(cutter: PieceCutter(catalog: catalog)),
            titles: titles, playlists: playlists, rooms: rooms)
    }

    /// Answers one request; every failure is a response with a sentence.
    public func respond(to request: HTTPRequest) async -> HTTPResponse {
        guard !isLocal || request.isToAddress else {
            return .problem(
                403, "Only localhost and addresses are answered: under another name, say --insecure"
            )
        }
        guard isOwn(request) else { return .problem(403, "Another site's page may not do this") }
        let path = request.segments.map(String.init)
        do throws(WorkQueue.Busy) {
            switch path.first {
            case "api" where path.starts(with: ["api", "recording"]) && path.count > 2:
                return try await control.respond(Array(path.dropFirst(2)), to: request)
            case "api" where path.starts(with: ["api", "v1", "recordings"]):
                return try await list.respond(Array(path.dropFirst(3)), to: request)
            case "api" where path.starts(with: ["api", "live-sessions"]): return .sessionless
            default: break
            }
            guard request.isReading else {
                return isKnown(path, request) ? .notAllowed([.get, .head]) : .nothing
            }
            if let file = page(request) { return file }
            switch (path.first, path.count) {
            case ("hls", 3...):
                return try await playlists.respond(Array(path.dropFirst()), to: request)
            case ("recordings", 2):
                return try await files.respond(path[1], to: request, asDownload: false)
            case ("health", 1): return await health()
            case ("metrics", 1): return await metricsPage()
            default: return .nothing
            }
        } catch { return .busy(error) }
    }

    private func isKnown(_ path: [String], _ request: HTTPRequest) -> Bool {
        ["hls", "recordings", "health", "metrics"].contains(path.first ?? "")
            || page(request) != nil
    }

    /// A file of the page, whose addresses are relative to the folder that it lies in.
    func page(_ request: HTTPRequest) -> HTTPResponse? {
        guard request.path.hasPrefix(pagePath) else { return nil }
        guard request.path != pagePath else {
            return HTTPResponse(status: 308, headers: [("location", pagePath + "/")])
        }
        return pageFiles[String(request.path.dropFirst(pagePath.count))]
    }

    /// Browsers say whose page asks: only this server's own may change anything.
    private func isOwn(_ request: HTTPRequest) -> Bool {
        guard checksOrigin, !request.isReading, let origin = request.headers[.origin] else {
            return true
        }
        return origin.split(separator: "/").last.map(String.init) == request.headers[.host]
    }

    private func health() async -> HTTPResponse {
        let present = await recordings.active() + recordings.stopping()
        return .json(200, HealthBody(present, stopped: await recordings.startable()))
    }

    /// What Prometheus reads of the recordings.
    public func metrics() async -> String { await RecordingMetrics(recordings, at: .now()).text }

    private func metricsPage() async -> HTTPResponse {
        let text = await metrics()
        return HTTPResponse(
            status: 200,
            headers: [("content-type", "text/plain; version=0.0.4; charset=utf-8")],
            body: .bytes(Array(text.utf8)))
    }
}
