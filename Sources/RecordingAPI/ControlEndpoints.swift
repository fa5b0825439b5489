import Muxer
import Reactor
import Recording
import Timing
import Web

/// `/api/recording/…`: one recording started, stopped and told of.
struct ControlEndpoints: Sendable {
    let recordings: Recordings
    let catalog: RecordingCatalog
    let titles: RecordingTitles

    private enum Route {
        case start
        case stop
        case active
        case formats
        case status(String)

        init?(_ path: [String]) {
            switch (path.count, path.first ?? "") {
            case (1, "start"): self = .start
            case (1, "stop"): self = .stop
            case (1, "active"): self = .active
            case (1, "formats"): self = .formats
            case (2, "status"): self = .status(path[1])
            default: return nil
            }
        }

        var methods: [HTTPMethod] {
            switch self {
            case .start, .stop: [.post]
            case .active, .formats, .status: [.get, .head]
            }
        }
    }

    /// - Parameter path: Behind `/api/recording`.
    func respond(
        _ path: [String], to request: HTTPRequest
    ) async throws(WorkQueue.Busy) -> HTTPResponse {
        guard let route = Route(path) else { return .nothing }
        guard route.methods.contains(request.method) else { return .notAllowed(route.methods) }
        if let refusal = request.refusal(ofKeysBut: []) { return refusal }
        switch route {
        case .start: return try await start(request)
        case .stop: return try await stop(request)
        case .active: return await active()
        case .formats: return .json(200, FormatsBody())
        case .status(let name): return try await status(name)
        }
    }

    private func start(_ request: HTTPRequest) async throws(WorkQueue.Busy) -> HTTPResponse {
        let body: StartBody
        do { body = try request.json() } catch { return .problem(400, error.description) }
        let name = body.mint_id
        // What the process itself was told to record is started again without its source.
        let known = body.wishes.source == nil ? await recordings.known(name) : nil
        guard let source = body.wishes.source ?? known?.source else {
            return .problem(400, "\(name): No active stream found: give its URL as source")
        }
        guard let wait = StartWait(body.wishes.wait_seconds) else { return StartWait.refusal }
        guard body.wishes.hasUsableToken else { return .malformedToken }
        let said = RecordingTitle(body)
        if let refusal = said.refusal { return refusal }
        guard known != nil || Recordings.isRemote(source) else { return .local(name) }
        let former = try await titles.former(of: name)
        do throws(RecordingError) {
            let request = known ?? RecordingRequest(name, source: source)
            try await recordings.start(request.saying(body.wishes, format: body.format))
        } catch { return .refusal(error, of: name) }
        switch await recordings.outcome(
            ofStart: name, saying: said, after: former, within: wait, titles)
        {
        case .refused(let response): return response
        case .taken(let status):
            return .json(
                status.hasBegun ? 200 : 202,
                StartedBody(status, await recordings.live(name), body, from: source))
        }
    }

    private func stop(_ request: HTTPRequest) async throws(WorkQueue.Busy) -> HTTPResponse {
        let body: StopBody
        do { body = try request.json() } catch { return .problem(400, error.description) }
        let status: Recordings.Status
        do throws(RecordingError) { status = try await recordings.stop(body.mint_id) } catch {
            return .refusal(error, of: body.mint_id)
        }
        let first = status.progress.files.firstPath.split(separator: "/").last ?? ""
        var files: [FileSummary] = []
        for entry in try await catalog.entries(of: body.mint_id, from: String(first)) {
            if let file = try await catalog.summary(of: entry) { files.append(file) }
        }
        return .json(200, StoppedBody(status, files))
    }

    /// How it stands, or stood; of what an earlier process has recorded as far as the disk knows it.
    private func status(_ name: String) async throws(WorkQueue.Busy) -> HTTPResponse {
        if let status = await recordings.status(name) {
            return .json(200, await body(of: status))
        }
        let files = try await catalog.summaries(of: name)
        guard let body = StatusBody(name, files, in: recordings.folder) else {
            return .problem(404, "\(name): No active recording")
        }
        return .json(200, body)
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
}

extension Recordings.Status {
    /// Octets are in its file.
    var hasBegun: Bool { progress.disk.writtenBytes > 0 }

    /// What of its source is not recorded.
    var warnings: [String] { progress.soundWarning.map { [$0] } ?? [] }

    /// Why nothing is recorded now; `nil` while something is.
    var reason: String? {
        switch progress.condition {
        case .recording, .degraded, .stopping: nil
        case .connecting, .noSpace, .waiting: progress.lastFailure
        case .stalled: "nothing comes from the source"
        case .stopped:
            progress.lastFailure ?? (hasBegun ? nil : "nothing has come from the source")
        }
    }
}
