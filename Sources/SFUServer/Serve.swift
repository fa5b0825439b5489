import Ciphers
import Reactor
import Service
import Signalling
import Sluice
import Timing
import Web

/// The `sfu` executable: settings in, a media server and its HTTP face up, until a signal comes.
func serve() async {
    let command = Command.sfu
    let settings = command.settings()
    let (log, signals) = (settings.log, Signals())
    let authority = makeAuthority(settings, command)
    if let folder = settings["recordings"] { command.requireFolder(folder) }
    let server = startMedia(settings, command)
    let recordings = await openRecordings(settings, command, log, of: server)
    let endpoints = Endpoints(
        server: server, authority: authority,
        clock: { ClockMap.now().unixNanoseconds(at: .now()) / 1_000_000 },
        iceServers: settings.all("ice-server"), files: pageFiles(records: recordings != nil),
        recordings: recordings.map { RecordingRoutes($0) })
    let web = await startWeb(settings, command, endpoints, stopping: server)
    async let looking: Void? = recordings?.tellRecovered(log)
    let journal = Task { await keepJournal(of: server, in: log) }
    log(
        .info, "listening",
        [
            "http": "\(settings["http"]?.hostPart ?? ""):\(web.port)",
            "rtc": server.listening.map(\.description).joined(separator: ","),
            "candidates": server.candidates.map(\.description).joined(separator: ","),
        ])
    let readiness = Readiness()
    readiness.ready()
    await signals.first()
    readiness.stopping()
    log(.info, "stopping")
    await web.stop()
    await recordings?.stopAll()
    _ = await looking
    await server.stop()
    await journal.value
}

/// Who may call; ends the process rather than serve strangers without being told to.
private func makeAuthority(_ settings: Settings, _ command: Command) -> Authority {
    let clock: @Sendable () -> Int64 = {
        ClockMap.now().unixNanoseconds(at: .now()) / 1_000_000_000
    }
    if let path = settings["auth-secret"] {
        let secret = command.required(or: .noInput) { () throws(UnreadableFile) in
            try readFile(path)
        }
        let trimmed = Array(secret.reversed().drop { $0 == 10 || $0 == 13 }.reversed())
        guard trimmed.count >= 16 else {
            command.fail("the secret in \(path) must have at least 16 octets", .usage)
        }
        return Authority(secret: trimmed, clock: clock)
    }
    _ = command.httpEndpoint(settings, remedy: "--auth-secret FILE, or --insecure")
    let origins: Origins = settings.isSet("insecure") ? .any : .local
    return Authority(secret: nil, origins: origins, clock: clock)
}

private func startMedia(_ settings: Settings, _ command: Command) -> MediaServer {
    guard let listen = settings.endpoint("rtc") else {
        command.fail("--rtc must be an address and a port", .usage)
    }
    var configuration = MediaServerConfiguration(
        listen: listen, announcedHosts: settings.all("announce"),
        workers: settings.number("workers"), isRealtime: settings.isSet("realtime"))
    configuration.hasObserver = settings["recordings"] != nil
    configuration.viewersPerLoop = settings.number("viewers-per-loop")
    // "auto" is no backend's name.
    configuration.sealing = settings["srtp-backend"].flatMap(SealingBackend.init) ?? .best
    let profiles = settings.all("srtp-profile").compactMap(SRTPProfile.init(named:))
    if !profiles.isEmpty { configuration.profiles = profiles }
    do {
        return try MediaServer(configuration)
    } catch {
        command.fail(error.description, error.isAboutSettings ? .usage : .unavailable)
    }
}

private func startWeb(
    _ settings: Settings, _ command: Command, _ endpoints: Endpoints, stopping server: MediaServer
) async -> WebServer {
    let http = settings.endpoint("http")
    var configuration = WebServerConfiguration(
        host: http?.host ?? "127.0.0.1", port: Int(http?.port ?? 0))
    switch (settings["tls-cert"], settings["tls-key"]) {
    case (nil, nil): break
    case (let certificate?, let key?):
        configuration.tls = .init(certificate: certificate, key: key)
    case (_?, nil), (nil, _?): command.fail("give --tls-cert and --tls-key together", .usage)
    }
    do {
        return try WebServer(configuration: configuration) { request in
            await endpoints.respond(to: request)
        }
    } catch {
        await server.stop()
        command.fail(error.description, ExitCode(status: error.exitStatus))
    }
}

/// Writes down what happens in the rooms, until the server stops.
private func keepJournal(of server: MediaServer, in log: Log) async {
    let memory = MemoryReturn()
    for await event in server.events {
        switch event {
        case .roomOpened(let room): log(.info, "room opened", ["room": room])
        case .roomClosed(let room): log(.info, "room closed", ["room": room])
        case .peerJoined(let room, let peer):
            log(.info, "peer joined", ["room": room, "peer": peer])
        case .peerLeft(let room, let peer): log(.info, "peer left", ["room": room, "peer": peer])
        case .producerAdded(let room, let peer, _, let codec):
            log(
                .info, "producer added",
                ["room": room, "peer": peer, "codec": codec.encodingName])
        case .producerClosed(let room, let peer, _):
            log(.info, "producer closed", ["room": room, "peer": peer])
        case .transportConnected(let room, let peer, _):
            log(.info, "transport connected", ["room": room, "peer": peer])
            await memory.workDone()
        case .transportClosed(let room, let peer, _, let reason):
            log(
                .info, "transport closed",
                ["room": room, "peer": peer, "reason": "\(reason)"])
            await memory.workDone()
        }
    }
}

extension String {
    /// An address and port without the port, brackets kept.
    fileprivate var hostPart: String { lastIndex(of: ":").map { String(self[..<$0]) } ?? self }
}
