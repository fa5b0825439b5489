import Ciphers
import RTSP
import Reactor
import Timing
import Wire

// Where recordings come from: which kind of source a name means, and cameras.

extension Recordings {
    /// Whether a source is asked for over the network, and nothing of this machine is opened for it: `rtsp`,
    /// `rtsps`, `http` and `https`. Who starts recordings for others takes no other.
    public static func isRemote(_ source: String) -> Bool { RecordingSource.isRemote(source) }

    /// Whether a source is a server that is asked over HTTP, which may want a token.
    public static func isOverHTTP(_ source: String) -> Bool { RecordingSource.isOverHTTP(source) }

    /// Begins with a source of whatever kind its name says. One that is asked for over the network need not
    /// be there: it is tried until the recording is stopped.
    func begin(_ order: RecordingOrder) async throws(RecordingError) {
        switch try RecordingSource(order.source) {
        case .camera: add(order, try startCamera(order))
        case .endpoint: try startAsking(order)
        case .session(let path, let address):
            add(order, try startListening(path, address, order))
        case .room(let room): try await beginRoom(room, order)
        }
    }

    private func startCamera(_ order: RecordingOrder) throws(RecordingError) -> RunningSource {
        do {
            let configuration = try Self.camera(order.source)
            let verifiesTLS = order.request.verifiesTLS == true
            let loop = try startStreamLoop(
                name: "recorder", configuration: LoopConfiguration(listen: Self.anywhere),
                makeEngine: {
                    CameraRecorder(
                        configuration, verifiesTLS: verifiesTLS, options: order.options,
                        clock: order.clock)
                }, onEvent: { order.recording.take($0) })
            return RunningSource(loop, feeding: order.recording)
        } catch let error as ParseError {
            throw .malformedURL(RTSPURL.reason(error))
        } catch {
            throw .system("\(error)")
        }
    }

    static func camera(_ source: String) throws(ParseError) -> RTSPClientConfiguration {
        var configuration = RTSPClientConfiguration(
            url: try RTSPURL(written: source), seed: randomBytes(count: 32))
        configuration.selection.video = ["H264", "H265"]
        // Sound alone is recorded; without its pictures a camera that has some is not.
        configuration.selection.required = []
        configuration.selection.requiredIfOffered = [.video]
        return configuration
    }

    /// A port of the kernel's choice, on all addresses.
    static let anywhere = Endpoint(ipv4: 0, port: 0)
}
