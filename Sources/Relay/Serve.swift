import MediaFile
import Pacer
import Reactor
import Relaying
import Service
import Timing
import Web

/// The `relay` executable: cameras in, WebRTC out, until a signal.
func serve() async {
    let command = Command.relay
    let settings = command.settings()
    let log = Log(
        level: settings["log-level"].flatMap { Log.Level($0) } ?? .info,
        isJSON: settings["log-format"] == "json")
    let signals = Signals()
    let ending = AsyncStream.makeStream(of: String?.self)
    let list: CameraList
    do throws(CameraList.Complaint) {
        list = try CameraList(settings)
    } catch {
        command.fail(error.text, .usage)
    }
    let running = start(list, command, log, ending.continuation)
    let web = await startWeb(settings, command, RelayEndpoints(running))
    log(.info, "relaying", ["cameras": "\(running.count)", "http": "port \(web.port)"])
    Readiness().ready()
    let interval = settings.number("stats-interval")
    let statistics = Task { await logStatistics(of: running, each: interval, log) }
    Task {
        await signals.first()
        ending.continuation.yield(nil)
    }
    var failure: String?
    for await reason in ending.stream {
        failure = reason
        break
    }
    Readiness().stopping()
    statistics.cancel()
    await web.stop()
    for relay in running { await relay.stop() }
    if let failure { command.fail(failure, .unavailable) }
}

/// Starts all; the end of a source that is alone ends the process.
private func start(
    _ list: CameraList, _ command: Command, _ log: Log,
    _ ending: AsyncStream<String?>.Continuation
) -> [RunningRelay] {
    ClipReader.silenceLibrary()
    return list.relays.map { configuration in
        do throws(RelayError) {
            return try RunningRelay(configuration) { report in
                tell(report, of: configuration.name, log)
                switch report {
                case .failed(let reason) where list.isAlone: ending.yield(reason)
                case .ended where list.isAlone: ending.yield(nil)
                case .failed, .ended, .note, .waiting: return
                }
            }
        } catch {
            let place = list.isAlone ? "" : "\(configuration.name): "
            command.fail(place + error.description, error.exitCode)
        }
    }
}

private func tell(_ report: RunningRelay.Report, of name: String, _ log: Log) {
    switch report {
    case .note(let text): log(.info, text, ["camera": name])
    case .waiting(let reason): log(.warning, reason, ["camera": name])
    case .failed(let reason): log(.error, reason, ["camera": name])
    case .ended: log(.info, "played to its end", ["camera": name])
    }
}

extension RelayError {
    fileprivate var exitCode: ExitCode {
        switch self {
        case .malformedSource, .cannotLoop, .malformedEndpoint: .usage
        case .clip(.unreadable): .noInput
        case .clip(.noH264), .clip(.noTimestamps), .system: .unavailable
        case .clip(.cutOff): .ioFailure
        }
    }
}

/// The record that operators know, once for each camera.
private func logStatistics(of relays: [RunningRelay], each seconds: Int, _ log: Log) async {
    while (try? await Task.sleep(for: .seconds(seconds))) != nil {
        for relay in relays {
            guard let statistics = await relay.statistics() else { continue }
            let fields = statistics.pacer.fields.map { (key: $0.name, value: "\($0.value)") }
            log(
                .info, "pacer statistics",
                fields: [(key: "camera", value: relay.configuration.name)] + fields)
        }
    }
}

private func startWeb(
    _ settings: Settings, _ command: Command, _ endpoints: RelayEndpoints
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
