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

    /// - Parameter path: Behind `/api/recording`.
    func respond(
        _ path: [String], to request: HTTPRequest
    ) async throws(WorkQueue.Busy) -> HTTPResponse {
        switch (path.count, path[0]) {
        case (1, "start"):
            return request.method == .post ? await start(request) : .notAllowed([.post])
        case (1, "stop"):
            return request.method == .post ? try await stop(request) : .notAllowed([.post])
        case (1, "active"): return request.isReading ? await active() : .notAllowed([.get, .head])
        case (1, "formats"):
            return request.isReading ? .json(200, FormatsBody()) : .notAllowed([.get, .head])
        case (2, "status"):
            return request.isReading ? await status(path[1]) : .notAllowed([.get, .head])
        default: return .nothing
        }
    }

    private func start(_ request: HTTPRequest) async -> HTTPResponse {
        let body: StartBody
        do { body = try request.json() } catch { return .problem(400, error.description) }
        let name = body.mint_id
        guard let source = body.wishes.source else {
            return .problem(400, "\(name): No active stream found: give its URL as source")
        }
        guard let wait = StartWait(body.wishes.wait_seconds) else { return StartWait.refusal }
        let said = RecordingTitle(body)
        if let refusal = said.refusal { return refusal }
        guard Recordings.isRemote(source) else { return .local(name) }
        do throws(RecordingError) {
            try await recordings.start(name, source: source, format: body.format)
        } catch { return .refusal(error, of: name) }
        await titles.keep(said, of: name)
        guard let status = await recordings.started(name, within: wait.duration) else {
            return .problem(409, "\(name): it was stopped meanwhile")
        }
        if status.progress.state == .stopped { return await recordings.refusal(status, titles) }
        return .json(
            status.hasBegun ? 200 : 202,
            StartedBody(status, await recordings.live(name), body))
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

    private func status(_ name: String) async -> HTTPResponse {
        guard let status = await recordings.status(name) else {
            return .problem(404, "\(name): No active recording")
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
}

/// How long the answer to a start may wait for the first octets: `wait_seconds`.
struct StartWait {
    let duration: Duration

    /// `nil` where it is not from 0 to 15; five where nothing is said.
    init?(_ seconds: Double?) {
        let seconds = seconds ?? 5
        guard (0...15).contains(seconds) else { return nil }
        duration = .milliseconds(Int64(seconds * 1000))
    }

    static let refusal = HTTPResponse.problem(400, "wait_seconds must be from 0 to 15")
}

extension RecordingTitle {
    /// The answer to a start that says more than is kept.
    var refusal: HTTPResponse? {
        tooLong.map { .problem(400, "\($0.field) may have \($0.octets) octets") }
    }
}

extension Recordings {
    /// Tells why a recording has ended at once: what can never be recorded does not stay among what is,
    /// nor among what was.
    func refusal(_ status: Status, _ titles: RecordingTitles) async -> HTTPResponse {
        let isStopped = (try? await stop(status.name)) == nil
        if status.progress.disk.writtenBytes == 0 { _ = try? await titles.forget(status.name) }
        guard !isStopped else { return .problem(409, "\(status.name): it was stopped meanwhile") }
        forget(status.name)
        let reason = status.progress.lastFailure ?? "it ended at once"
        // A file was begun where the disk is to blame.
        return .problem(status.progress.files.count > 0 ? 500 : 502, "\(status.name): \(reason)")
    }
}

extension Recordings.Status {
    /// Octets are in its file.
    var hasBegun: Bool { progress.disk.writtenBytes > 0 }

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
