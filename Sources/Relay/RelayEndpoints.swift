import Pacer
import Relaying
import Telemetry
import Web

/// The HTTP face of a process's relays: health, metrics, the list of cameras.
struct RelayEndpoints: Sendable {
    private let relays: [RunningRelay]

    init(_ relays: [RunningRelay]) { self.relays = relays }

    func respond(to request: HTTPRequest) async -> HTTPResponse {
        switch (request.method, request.segments.map(String.init).joined(separator: "/")) {
        case (.get, "health"), (.head, "health"): return await health()
        case (.get, "metrics"): return await metrics()
        case (.get, "api/cameras"): return .json(200, relays.map { CameraEntry($0) })
        default: return .json(404, ["error": "There is nothing here"])
        }
    }

    private func health() async -> HTTPResponse {
        var cameras: [String: CameraHealth] = [:]
        for relay in relays {
            cameras[relay.configuration.name] = CameraHealth(relay, await relay.statistics())
        }
        return .json(200, HealthBody(cameras: cameras))
    }

    private func metrics() async -> HTTPResponse {
        var all: [RelayStatistics] = []
        for relay in relays { if let each = await relay.statistics() { all.append(each) } }
        func sum(_ count: (RelayStatistics) -> Int) -> Int { all.reduce(0) { $0 + count($1) } }
        var text = Exposition()
        text.gauge("sluice_relay_cameras", "Cameras relayed.", relays.count)
        text.gauge("sluice_relay_playing", "Cameras that play now.", sum { $0.isPlaying ? 1 : 0 })
        text.gauge(
            "sluice_relay_published", "Cameras whose server takes media now.",
            sum { $0.isConnected ? 1 : 0 })
        text.gauge(
            "sluice_relay_failed", "Cameras that cannot be relayed as things are.",
            relays.count {
                if case .failed = $0.condition { true } else { false }
            })
        text.counter(
            "sluice_relay_reconnects_total", "Sessions that were lost, by whose they were.",
            label: "reason",
            [
                ("camera", all.reduce(0) { $0 + $1.cameraInterruptions }),
                ("server", relays.reduce(0) { $0 + $1.republications }),
            ])
        text.counter(
            "sluice_relay_sent_packets_total", "RTP packets sent, retransmissions not counted.",
            all.reduce(0) { $0 + ($1.publishing?.sentPackets ?? 0) })
        text.counter(
            "sluice_relay_retransmitted_packets_total", "RTP packets sent again on request.",
            all.reduce(0) { $0 + ($1.publishing?.retransmittedPackets ?? 0) })
        let jitter = all.map { seconds($0.pacer.video.departureJitter) }.max() ?? 0
        text.gauge(
            "sluice_pacer_departure_jitter_seconds",
            "How far frames' departures are from their timestamps, the 99th percentile of the worst.",
            jitter)
        let delay = all.map { seconds($0.pacer.video.addedDelay) }.max() ?? 0
        text.gauge(
            "sluice_pacer_added_delay_seconds",
            "From a picture's arrival to its departure, the 99th percentile of the worst.", delay)
        return HTTPResponse(
            status: 200,
            headers: [("content-type", "text/plain; version=0.0.4; charset=utf-8")],
            body: .bytes(Array(text.description.utf8)))
    }

    private func seconds(_ histogram: DelayHistogram) -> Double {
        Double(histogram.quantile(perMille: 990).nanoseconds) / 1e9
    }
}

private struct HealthBody: Encodable {
    let status: String
    let cameras: [String: CameraHealth]

    init(cameras: [String: CameraHealth]) {
        self.cameras = cameras
        let isWhole = cameras.values.allSatisfy { $0.reason == nil }
        status = isWhole ? "ok" : "degraded"
    }
}

private struct CameraHealth: Encodable {
    let state: String
    let reason: String?
    let playing: Bool
    let published: Bool
    let cameraInterruptions: UInt64
    let republications: UInt64

    init(_ relay: RunningRelay, _ statistics: RelayStatistics?) {
        let condition = relay.condition
        (state, reason) = (condition.name, condition.reason)
        (playing, published) = (statistics?.isPlaying ?? false, statistics?.isConnected ?? false)
        cameraInterruptions = statistics?.cameraInterruptions ?? 0
        republications = relay.republications
    }
}

/// A camera as the original's callers know it; without source and endpoint, which hold secrets.
private struct CameraEntry: Encodable {
    let cameraId: String
    let sessionId: String
    let trackName: String
    let name: String
    let kind = "video"
    let state: String
    let reason: String?

    init(_ relay: RunningRelay) {
        (cameraId, name) = (relay.configuration.name, relay.configuration.name)
        let session = relay.session
        (sessionId, trackName) = (session?.id ?? "", session?.trackName ?? "")
        let condition = relay.condition
        (state, reason) = (condition.name, condition.reason)
    }
}
