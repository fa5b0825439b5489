import Glibc
import Reactor
import Recording
import RecordingAPI
import Service
import Synchronization
import Timing
import Web

/// The `recorder` executable: a source into files, or a service that its API drives, until a signal.
func serve() async {
    let command = Command.recorder
    let settings = command.settings()
    let log = Log(
        level: settings["log-level"].flatMap { Log.Level($0) } ?? .info,
        isJSON: settings["log-format"] == "json")
    let signals = Signals()
    let folder = settings["output"] ?? "."
    guard access(folder, W_OK | X_OK) == 0 else {
        let reason = String(cString: strerror(errno)).lowercased()
        command.fail(
            "cannot write into \(folder): \(reason)", errno == EACCES ? .noPermission : .noInput)
    }
    let ending = AsyncStream.makeStream(of: Ending.self)
    let recordings = open(folder, settings, command) { name, message, isFinal in
        log(isFinal ? .error : .warning, message, ["name": name])
        // What the command line names is all there is; what the API began is one of many.
        let isAll = settings["source"] != nil && name == settings["name"] ?? "recording"
        if isFinal, isAll { ending.continuation.yield(.failed(message)) }
    }
    let web = await startWeb(
        settings, command, RecordingEndpoints(recordings, rooms: settings["rooms"]))
    log(
        .info, "Using \(settings.container.name) format",
        ["output": folder, "http": "port \(web.port)"])
    let looking = Task { await tellRecovered(recordings, log) }
    if let source = settings["source"] {
        let name = settings["name"] ?? "recording"
        do throws(RecordingError) {
            try await recordings.start(name, source: source)
        } catch {
            await web.stop()
            command.fail(error.description, error.exitCode)
        }
        Task { await watch(recordings, name, into: ending.continuation) }
    }
    Readiness().ready()
    Task {
        await signals.first()
        ending.continuation.yield(.asked)
    }
    let reason = await first(of: ending.stream)
    Readiness().stopping()
    await web.stop()
    await recordings.stopAll()
    await looking.value
    if case .failed(let message) = reason, settings["source"] != nil {
        command.fail(message, .unavailable)
    }
}

private func open(
    _ folder: String, _ settings: Settings, _ command: Command,
    report: @escaping @Sendable (String, String, Bool) -> Void
) -> Recordings {
    do throws(RecordingError) {
        return try Recordings(
            folder: folder, bearer: settings["bearer"], options: settings.recordingOptions,
            disk: settings.diskOptions, clock: unixTime, report: report)
    } catch {
        command.fail(error.description, error.exitCode)
    }
}

/// Says what an earlier crash has left in the folder, and what has become of it.
private func tellRecovered(_ recordings: Recordings, _ log: Log) async {
    let found = await recordings.recovered()
    guard found.isComplete else { return }
    let isNews = found.mended + found.empty + found.unexplained.count + found.refused.count > 0
    log(isNews ? .warning : .info, "\(found)", ["folder": recordings.folder])
}

/// Why the process ends.
private enum Ending: Sendable {
    case asked
    case failed(String)
}

private func first(of stream: AsyncStream<Ending>) async -> Ending {
    for await ending in stream { return ending }
    return .asked
}

/// A source that was never there is an error of the command line, not something to wait for.
private func watch(
    _ recordings: Recordings, _ name: String, into continuation: AsyncStream<Ending>.Continuation
) async {
    while let status = await recordings.status(name) {
        let progress = status.progress
        if progress.fileCount > 0 { return }
        if let reason = progress.lastFailure { continuation.yield(.failed(reason)) }
        guard (try? await Task.sleep(for: .milliseconds(100))) != nil else { return }
    }
}

private func startWeb(
    _ settings: Settings, _ command: Command, _ endpoints: RecordingEndpoints
) async -> WebServer {
    let http = settings.endpoint("http")
    if let http, !http.isLoopback, !settings.isSet("insecure") {
        command.fail("--http \(http) would let anyone in: give --insecure", .usage)
    }
    do {
        return try WebServer(
            configuration: WebServerConfiguration(
                host: http?.host ?? "127.0.0.1", port: Int(http?.port ?? 0))
        ) { request in await endpoints.respond(to: request) }
    } catch {
        command.fail(error.description, .unavailable)
    }
}

/// Nanoseconds since 1970.
@Sendable private func unixTime() -> Int64 { ClockMap.now().unixNanoseconds(at: .now()) }

extension RecordingError {
    fileprivate var exitCode: ExitCode {
        switch self {
        case .malformedName, .unsupportedSource, .malformedURL, .sessionDescription: .usage
        case .unreadable: .noInput
        case .alreadyActive, .notActive, .endpoint, .answer, .system: .unavailable
        }
    }
}
