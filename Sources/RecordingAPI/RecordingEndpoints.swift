import Reactor
public import Recording
import Timing
public import Web

/// The HTTP face of `Recordings`: health, metrics, the recording API, what has been recorded, and a
/// page that shows it.
public struct RecordingEndpoints: Sendable {
    private let recordings: Recordings
    private let catalog: RecordingCatalog
    private let history: PlaylistHistory
    private let list: CatalogEndpoints

    /// A face of these recordings.
    ///
    /// - Parameters:
    ///   - recordings: What is recorded, and where it lies.
    ///   - rooms: The address of the server whose rooms are recorded by their names.
    public init(_ recordings: Recordings, rooms: String? = nil) {
        let catalog = RecordingCatalog(recordings)
        (self.recordings, self.catalog) = (recordings, catalog)
        history = PlaylistHistory(catalog: catalog, recordings: recordings)
        list = CatalogEndpoints(
            catalog: catalog, recordings: recordings,
            thumbnails: Thumbnails(cutter: PieceCutter(catalog: catalog)),
            titles: RecordingTitles(), rooms: rooms)
    }

    /// Answers one request; every failure is a response with a sentence.
    public func respond(to request: HTTPRequest) async -> HTTPResponse {
        let path = request.segments.map(String.init)
        guard isOwn(request) else {
            return .json(403, ["detail": "Another site's page may not do this"])
        }
        switch (request.method, path.count, path.joined(separator: "/")) {
        case (.get, 1, "health"), (.head, 1, "health"): return await health()
        case (.get, 1, "metrics"): return await metrics()
        case (.post, 3, "api/recording/start"): return await start(request)
        case (.post, 3, "api/recording/stop"): return await stop(request)
        case (.get, 3, "api/recording/active"): return await active()
        case (.get, 3, "api/recording/formats"): return .json(200, FormatsBody())
        case (.get, 4, _) where path.starts(with: ["api", "recording", "status"]):
            return await status(path[3])
        case (.get, 2, _), (.head, 2, _):
            guard path[0] == "recordings" else { return page(request) }
            return await FileEndpoints(catalog: catalog).respond(
                path[1], to: request, asDownload: false)
        case (.get, 3..., _) where path[0] == "hls":
            return await PlaylistEndpoints(
                catalog: catalog, recordings: recordings, history: history
            ).respond(path.dropFirst(), to: request)
        case (_, 3..., _) where path.starts(with: ["api", "v1", "recordings"]):
            return await list.respond(Array(path.dropFirst(3)), to: request)
        case (.get, ...1, _), (.head, ...1, _): return page(request)
        default: return .json(404, ["detail": "There is nothing here"])
        }
    }

    private func page(_ request: HTTPRequest) -> HTTPResponse {
        guard let file = pageFiles[request.path] else {
            return .json(404, ["detail": "There is nothing here"])
        }
        return file
    }

    /// Browsers say whose page asks: only this server's own may change anything.
    private func isOwn(_ request: HTTPRequest) -> Bool {
        guard request.method != .get, request.method != .head,
            let origin = request.headers[.origin]
        else { return true }
        return origin.split(separator: "/").last.map(String.init) == request.headers[.host]
    }

    private func health() async -> HTTPResponse {
        let active = await recordings.active()
        let states = Dictionary(uniqueKeysWithValues: active.map { ($0.name, $0.progress.state) })
        return .json(200, HealthBody(recordings: states))
    }

    private func start(_ request: HTTPRequest) async -> HTTPResponse {
        let body: StartBody
        do { body = try request.json() } catch { return .json(400, ["detail": error.description]) }
        guard let source = body.source else {
            return .json(400, ["detail": "No active stream found: give its URL as source"])
        }
        do throws(RecordingError) {
            try await recordings.start(
                body.mint_id, source: source, format: body.output_format)
        } catch { return refusal(error) }
        guard let status = await recordings.status(body.mint_id) else {
            return .json(500, ["detail": "No active recording"])
        }
        return .json(200, StartedBody(status, await recordings.live(body.mint_id)))
    }

    private func stop(_ request: HTTPRequest) async -> HTTPResponse {
        let body: StopBody
        do { body = try request.json() } catch { return .json(400, ["detail": error.description]) }
        do throws(RecordingError) {
            return .json(200, StoppedBody(try await recordings.stop(body.mint_id)))
        } catch { return refusal(error) }
    }

    private func status(_ name: String) async -> HTTPResponse {
        guard let status = await recordings.status(name) else {
            return .json(404, ["detail": "No active recording"])
        }
        return .json(200, await body(of: status))
    }

    private func active() async -> HTTPResponse {
        let active = await recordings.active()
        var bodies: [String: StatusBody] = [:]
        for status in active { bodies[status.name] = await body(of: status) }
        return .json(200, ActiveBody(recordings: bodies))
    }

    private func body(of status: Recordings.Status) async -> StatusBody {
        StatusBody(
            status, await recordings.live(status.name),
            zeroPacketStreak: status.progress.zeroPacketStreak(at: .now()))
    }

    private func refusal(_ error: RecordingError) -> HTTPResponse {
        switch error {
        case .malformedName, .unsupportedSource, .malformedURL:
            .json(400, ["detail": error.description])
        case .alreadyActive, .notActive, .endpoint, .answer, .system:
            .json(500, ["detail": error.description])
        }
    }

    private func metrics() async -> HTTPResponse {
        let text = await RecordingMetrics(recordings, at: .now()).text
        return HTTPResponse(
            status: 200,
            headers: [("content-type", "text/plain; version=0.0.4; charset=utf-8")],
            body: .bytes(Array(text.utf8)))
    }
}
