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
    let isAlone = settings["cameras"] == nil
    var relays: [RunningRelay] = []
    for configuration in configurations(settings, command) {
        do throws(RelayError) {
            relays.append(
                try RunningRelay(configuration) { report in
                    tell(report, of: configuration.name, log)
                    if case .failed(let reason) = report, isAlone {
                        ending.continuation.yield(reason)
                    }
                })
        } catch {
            command.fail("\(configuration.name): \(error.description)", .usage)
        }
    }
    let running = relays
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

private func tell(_ report: RunningRelay.Report, of name: String, _ log: Log) {
    switch report {
    case .note(let text): log(.info, text, ["camera": name])
    case .waiting(let reason): log(.warning, reason, ["camera": name])
    case .failed(let reason): log(.error, reason, ["camera": name])
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

private func configurations(_ settings: Settings, _ command: Command) -> [RelayConfiguration] {
    var list: [RelayConfiguration] = []
    if let path = settings["cameras"] {
        guard let bytes = readFile(path) else {
            command.fail("cannot read the cameras in \(path)", .noInput)
        }
        do {
            let cameras: [CameraBody] = try decodeJSON(from: bytes)
            list = cameras.map(\.configuration)
        } catch {
            command.fail("\(path): \(error)", .usage)
        }
    } else {
        guard let source = settings["source"], let publish = settings["publish"] else {
            command.fail("give --source URL and --publish URL, or --cameras FILE", .usage)
        }
        list = [
            RelayConfiguration(
                name: settings["name"] ?? "camera", source: source, publish: publish,
                bearer: settings["bearer"])
        ]
    }
    for index in list.indices where settings["pacer"] == "leaky-bucket" {
        list[index].law = .leakyBucket
    }
    return list
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

private struct CameraBody: Decodable {
    let name: String
    let source: String
    let publish: String
    let bearer: String?

    var configuration: RelayConfiguration {
        RelayConfiguration(name: name, source: source, publish: publish, bearer: bearer)
    }
}
