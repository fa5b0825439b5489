import Reactor
public import Recording
import Timing
public import Web

/// The HTTP face of `Recordings`: health, metrics, and the recording API.
public struct RecordingEndpoints: Sendable {
    private let recordings: Recordings

    /// A face of these recordings.
    public init(_ recordings: Recordings) { self.recordings = recordings }

    /// Answers one request; every failure is a response with a sentence.
    public func respond(to request: HTTPRequest) async -> HTTPResponse {
        let path = request.segments.map(String.init)
        switch (request.method, path.count, path.joined(separator: "/")) {
        case (.get, 1, "health"), (.head, 1, "health"): return await health()
        case (.get, 1, "metrics"): return await metrics()
        case (.post, 3, "api/recording/start"): return await start(request)
        case (.post, 3, "api/recording/stop"): return await stop(request)
        case (.get, 3, "api/recording/active"): return await active()
        case (.get, 3, "api/recording/formats"): return .json(200, FormatsBody())
        case (.get, 4, _) where path.starts(with: ["api", "recording", "status"]):
            return await status(path[3])
        default: return .json(404, ["detail": "There is nothing here"])
        }
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
        return .json(200, StartedBody(status))
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
        return .json(200, StatusBody(status))
    }

    private func active() async -> HTTPResponse {
        let active = await recordings.active()
        let pairs = active.map { ($0.name, StatusBody($0)) }
        return .json(200, ActiveBody(recordings: Dictionary(uniqueKeysWithValues: pairs)))
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
