import Reactor
import Recording
import RecordingAPI
import Service
import Timing
import Web
import Wire

/// The `recorder` executable: a source into files, or a service that its API drives, until a signal.
func serve() async {
    let command = Command.recorder
    let settings = command.settings()
    let (log, signals) = (settings.log, Signals())
    let folder = settings["output"] ?? "."
    command.requireFolder(folder)
    let http = command.httpEndpoint(settings)
    let list = command.required(or: .usage) { () throws(SettingsComplaint) in
        try CameraList(settings)
    }
    let only = list.only
    // A log that is slow to take them loses the oldest, but never the end.
    let words = AsyncStream.makeStream(
        of: OpeningWords.Word.self, bufferingPolicy: .bufferingNewest(64))
    let opening = OpeningWords(name: only?.name ?? "", log: log)
    let recordings = open(folder, settings, list, command) { name, message, isFinal in
        // What the command line names is all there is; what the API began is one of many.
        guard name == only?.name else {
            return log(isFinal ? .error : .warning, message, ["name": name])
        }
        words.continuation.yield(isFinal ? .failed(message) : .said(message))
    }
    await recordings.reportNews { name, news in
        // Of the only one its opening words tell where it lies.
        if case .began = news, name == only?.name { return }
        log(.info, news.description, ["name": name])
    }
    await expect(list, recordings, command)
    let web = serveHTTP(recordings, http, settings, command)
    async let looking: Void = recordings.tellRecovered(log)
    await start(list, recordings, web, command, log)
    Readiness().ready()
    let failure = await withTaskGroup(of: Void.self) { group in
        defer { group.cancelAll() }
        group.addTask { await tellSignal(signals, words.continuation) }
        if let only {
            group.addTask { await watch(recordings, only, words.continuation) }
        }
        return await opening.follow(words.stream)
    }
    Readiness().stopping()
    await web.stop()
    await recordings.stopAll()
    words.continuation.finish()
    await opening.followRest(words.stream)
    await looking
    if let failure { command.fail(failure, .unavailable) }
}

private func open(
    _ folder: String, _ settings: Settings, _ list: CameraList, _ command: Command,
    report: @escaping @Sendable (String, String, Bool) -> Void
) -> Recordings {
    var disk = settings.diskOptions
    disk.retention.own = list.limits
    do throws(RecordingError) {
        return try Recordings(
            folder: folder, bearer: settings.roomsToken,
            verifiesTLS: settings.isSet("verify-tls"),
            options: settings.recordingOptions(container: "format"), disk: disk, clock: unixTime,
            report: report)
    } catch {
        command.fail(error.description, error.exitCode)
    }
}

/// The HTTP face of the recordings; ends the process where there can be none.
private func serveHTTP(
    _ recordings: Recordings, _ http: Endpoint, _ settings: Settings, _ command: Command
) -> WebServer {
    let web = command.required(or: { ExitCode(status: $0.exitStatus) }) {
        () throws(WebServerError) in
        let endpoints = RecordingEndpoints(
            recordings, rooms: settings["rooms"], isLocal: !settings.isSet("insecure"))
        return try WebServer(
            configuration: WebServerConfiguration(host: http.host, port: Int(http.port))
        ) { request in await endpoints.respond(to: request) }
    }
    settings.log(
        .info,
        "Using \(settings.recordingOptions(container: "format").container.name) format",
        ["output": recordings.folder, "http": "port \(web.port)"])
    return web
}

/// Has all of the list shown before anybody can ask; ends the process where one of it can never be.
private func expect(_ list: CameraList, _ recordings: Recordings, _ command: Command) async {
    do throws(ListedError) { try await recordings.expect(list.cameras) } catch {
        await recordings.stopAll()
        command.fail(error.description, error.reason.exitCode)
    }
}

/// Records what the command line or its list names; ends the process where that can never be.
private func start(
    _ list: CameraList, _ recordings: Recordings, _ web: WebServer, _ command: Command, _ log: Log
) async {
    var failure: (words: String, code: ExitCode)?
    do throws(ListedError) { try await recordings.beginExpected() } catch {
        failure = (error.description, error.reason.exitCode)
    }
    if let only = list.only {
        do throws(RecordingError) { try await recordings.start(only) } catch {
            failure = (error.description, error.exitCode)
        }
    }
    if let failure {
        await web.stop()
        await recordings.stopAll()
        command.fail(failure.words, failure.code)
    }
    guard !list.cameras.isEmpty else { return }
    log(.info, "recording", ["cameras": "\(list.cameras.count)"])
}

private func tellSignal(
    _ signals: Signals, _ words: AsyncStream<OpeningWords.Word>.Continuation
) async {
    await signals.first()
    words.yield(.ended)
}

/// A source that is asked for and was never there is an error of the command line, not something to wait
/// for; what is sent here unasked is waited for.
private func watch(
    _ recordings: Recordings, _ only: RecordingRequest,
    _ words: AsyncStream<OpeningWords.Word>.Continuation
) async {
    let isAskedFor = Recordings.isRemote(only.source)
    while let progress = await recordings.status(only.name)?.progress {
        if !progress.files.path.isEmpty {
            words.yield(.began(progress.files.path))
            return
        }
        if isAskedFor, progress.files.count == 0, let reason = progress.lastFailure {
            words.yield(.failed(reason))
        }
        guard (try? await Task.sleep(for: .milliseconds(100))) != nil else { return }
    }
}

/// Nanoseconds since 1970.
@Sendable private func unixTime() -> Int64 { ClockMap.now().unixNanoseconds(at: .now()) }

extension Settings {
    /// The token for the server that `--rooms` names, and for no other that somebody names to the API.
    fileprivate var roomsToken: OriginToken? {
        guard let token = self["bearer"], let rooms = self["rooms"] else { return nil }
        return OriginToken(token, for: rooms)
    }
}

extension RecordingError {
    fileprivate var exitCode: ExitCode {
        guard case .unreadable = self else { return isOfRequest ? .usage : .unavailable }
        return .noInput
    }
}
