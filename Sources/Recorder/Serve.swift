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
    let opening = OpeningWords(list.only, log)
    let recordings = open(folder, settings, list, command) { name, report in
        opening.take(name, report)
    }
    await recordings.reportNews { name, news in opening.take(name, news) }
    await expect(list, recordings, command)
    let web = serveHTTP(recordings, http, settings, list, command)
    async let looking: Void = recordings.tellRecovered(log)
    await start(list, recordings, web, command, log)
    Readiness().ready()
    let failure = await withTaskGroup(of: Void.self) { group in
        defer { group.cancelAll() }
        group.addTask {
            await signals.first()
            opening.end()
        }
        group.addTask { await watch(recordings, opening) }
        return await opening.follow()
    }
    Readiness().stopping()
    await web.stop()
    await recordings.stopAll()
    await opening.followRest()
    await looking
    if let failure { command.fail(failure, .unavailable) }
}

private func open(
    _ folder: String, _ settings: Settings, _ list: CameraList, _ command: Command,
    report: @escaping @Sendable (String, RecordingReport) -> Void
) -> Recordings {
    var disk = settings.diskOptions
    disk.retention.own = list.limits
    do throws(RecordingError) {
        var defaults = RecordingDefaults(
            options: settings.recordingOptions(container: "format"), bearer: settings.roomsToken)
        defaults.verifiesTLS = settings.isSet("verify-tls")
        return try Recordings(
            folder: folder, defaults: defaults, disk: disk, clock: unixTime, report: report)
    } catch {
        command.fail(error.description, error.exitCode)
    }
}

/// The HTTP face of the recordings; ends the process where there can be none.
private func serveHTTP(
    _ recordings: Recordings, _ http: Endpoint, _ settings: Settings, _ list: CameraList,
    _ command: Command
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
        .info, "Using \(list.formats.joined(separator: ", ")) format",
        ["output": recordings.folder, "http": "port \(web.port)"])
    return web
}

/// Has all of the list shown before anybody can ask; ends the process where one of it can never be.
private func expect(_ list: CameraList, _ recordings: Recordings, _ command: Command) async {
    await recordings.know(list.cameras + (list.only.map { [$0] } ?? []))
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
            failure = (error.complaint(of: only), error.exitCode)
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

/// A source that is asked for and was never there is an error of the command line, not something to wait
/// for; what is sent here unasked is waited for.
private func watch(_ recordings: Recordings, _ opening: OpeningWords) async {
    guard opening.isAskedFor, let name = opening.only?.name else { return }
    while let progress = await recordings.status(name)?.progress, progress.files.path.isEmpty {
        if progress.files.count == 0, let reason = progress.lastFailure {
            opening.take(name, .final(reason))
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
