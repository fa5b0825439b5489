import Muxer
import Reactor
import Timing

// What is to be recorded and how, before any source has begun.

extension Recordings {
    /// A recording that has not begun, by the wall clock as it is now.
    ///
    /// - Parameters:
    ///   - request: What is asked for; what it does not say is as usual here.
    ///   - newest: When the newest file that is there of this name begins, since 1970.
    func order(_ request: RecordingRequest, after newest: Int64? = nil) -> RecordingOrder {
        let name = request.name
        var request = request
        var options = request.options ?? defaults.options
        if let format = request.format { options.container = container(named: format, for: name) }
        request.bearer = request.bearer ?? defaults.bearer?.token(for: request.source)
        request.verifiesTLS = request.verifiesTLS ?? defaults.verifiesTLS
        let clock = ClockMap(instant: .now(), unixNanoseconds: clock())
        let recording = RunningRecording(
            folder: folder, name: name, disk: home.writer.door, newestSeconds: newest,
            clock: { clock.unixNanoseconds(at: .now()) }
        ) { [report] in report(name, $0) }
        recording.progress.update { $0.files.container = options.container }
        if let newsReport { recording.tellNews { newsReport(name, $0) } }
        return RecordingOrder(
            recording: recording, request: request, options: options, clock: clock)
    }

    private func container(named format: String, for name: String) -> Container {
        guard let container = Container(named: format) else {
            report(name, .trouble("there is no format \(format): MPEG-TS is written"))
            return .mpegts
        }
        return container
    }
}
