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
    let (log, signals) = (settings.log, Signals())
    let ending = AsyncStream.makeStream(of: String?.self, bufferingPolicy: .bufferingOldest(1))
    let list = command.required(or: .usage) { () throws(SettingsComplaint) in
        try CameraList(settings)
    }
    let http = command.httpEndpoint(settings)
    let relays = await start(list, command, log, ending.continuation)
    let web = command.required(or: { ExitCode(status: $0.exitStatus) }) {
        () throws(WebServerError) in
        let endpoints = RelayEndpoints(relays)
        return try WebServer(
            configuration: WebServerConfiguration(host: http.host, port: Int(http.port))
        ) { request in await endpoints.respond(to: request) }
    }
    log(.info, "relaying", ["cameras": "\(relays.count)", "http": "port \(web.port)"])
    Readiness().ready()
    let failure = await withTaskGroup(of: Void.self) { group in
        for relay in relays { group.addTask { await relay.run() } }
        let interval = settings.number("stats-interval")
        group.addTask { await logStatistics(of: relays, each: interval, log) }
        group.addTask {
            await signals.first()
            ending.continuation.yield(nil)
        }
        defer { group.cancelAll() }
        return await first(of: ending.stream)
    }
    Readiness().stopping()
    await web.stop()
    for relay in relays { await relay.stop() }
    if let failure { command.fail(failure, .unavailable) }
}

/// Why all ends; `nil` for no failure.
private func first(of endings: AsyncStream<String?>) async -> String? {
    for await reason in endings { return reason }
    return nil
}

/// Starts all; the end of a source that is alone ends the process, which says why with its last line.
private func start(
    _ list: CameraList, _ command: Command, _ log: Log,
    _ ending: AsyncStream<String?>.Continuation
) async -> [RunningRelay] {
    ClipReader.silenceLibrary()
    var relays: [RunningRelay] = []
    for configuration in list.relays {
        do throws(RelayError) {
            let relay = try await RunningRelay(configuration) { report in
                if list.isAlone, case .failed(let reason) = report {
                    ending.yield(reason)
                    return
                }
                tell(report, of: configuration.name, log)
                if list.isAlone, case .ended = report { ending.yield(nil) }
            }
            relays.append(relay)
        } catch {
            let place = list.isAlone ? "" : "\(configuration.name): "
            command.fail(place + error.description, error.exitCode)
        }
    }
    return relays
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

/// The record that operators know, once for each camera, and the two warnings that they look for.
private func logStatistics(of relays: [RunningRelay], each seconds: Int, _ log: Log) async {
    var before = relays.map { _ in PacerStatistics() }
    while (try? await Task.sleep(for: .seconds(seconds))) != nil {
        for (index, relay) in relays.enumerated() {
            guard let statistics = await relay.statistics() else { continue }
            let fields = statistics.pacer.fields.map { (key: $0.name, value: "\($0.value)") }
            let camera = relay.configuration.name
            log(.info, "pacer statistics", fields: [(key: "camera", value: camera)] + fields)
            for (warning, count) in statistics.pacer.warnings(since: before[index]) {
                log(.warning, warning, ["camera": camera, "count": "\(count)"])
            }
            before[index] = statistics.pacer
        }
    }
}
