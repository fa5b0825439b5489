import Ciphers
import RTSP
import Reactor
import Timing
import Wire

// Where recordings come from: which kind of source a name means, and cameras.

extension Recordings {
    /// Begins with a source of whatever kind its name says.
    func begin(_ order: RecordingOrder) async throws(RecordingError) -> RunningSource {
        let source = order.source
        if source.hasPrefix("rtsp://") || source.hasPrefix("rtsps://") {
            return try startCamera(order)
        } else if let (path, address) = PlainSession.place(source) {
            return try startListening(path, address, order)
        } else if source.hasPrefix("http://") || source.hasPrefix("https://") {
            return try await startWatching(order)
        } else if let room = Self.room(source) {
            return try await startRoom(room, order)
        }
        throw .unsupportedSource
    }

    private func startCamera(_ order: RecordingOrder) throws(RecordingError) -> RunningSource {
        do {
            let (configuration, verifiesTLS) = (try Self.camera(order.source), verifiesTLS)
            let loop = try startStreamLoop(
                name: "recorder", configuration: LoopConfiguration(listen: Self.anywhere),
                makeEngine: {
                    CameraRecorder(
                        configuration, verifiesTLS: verifiesTLS, options: order.options,
                        clock: order.clock)
                }, onEvent: { order.recording.take($0) })
            return RunningSource(loop, feeding: order.recording)
        } catch let error as ParseError {
            throw .malformedURL("\(error)")
        } catch {
            throw .system("\(error)")
        }
    }

    private static func camera(_ source: String) throws(ParseError) -> RTSPClientConfiguration {
        var configuration = RTSPClientConfiguration(
            url: try RTSPURL(parsing: source), seed: randomBytes(count: 32))
        configuration.selection.video = ["H264", "H265"]
        return configuration
    }

    /// A port of the kernel's choice, on all addresses.
    static let anywhere = Endpoint(ipv4: 0, port: 0)
}
