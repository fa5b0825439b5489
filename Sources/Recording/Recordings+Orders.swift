import Muxer
import Reactor
import Timing

// What is to be recorded and how, before any source has begun.

extension Recordings {
    /// A recording of that name that has not begun, by the wall clock as it is now.
    ///
    /// - Parameters:
    ///   - name: What it is called.
    ///   - source: Where it comes from.
    ///   - format: The container's name, where it is not as usual here.
    ///   - room: The room that it is asked for as.
    ///   - newest: When the newest file that is there of this name begins, since 1970.
    func order(
        _ name: String, _ source: String, format: String? = nil, of room: String? = nil,
        after newest: Int64? = nil
    ) -> RecordingOrder {
        var options = options
        if let format { options.container = container(named: format, for: name) }
        let clock = ClockMap(instant: .now(), unixNanoseconds: clock())
        let recording = RunningRecording(
            folder: folder, name: name, disk: home.writer.door, newestSeconds: newest,
            clock: { clock.unixNanoseconds(at: .now()) }
        ) { [report] message, isFinal in report(name, message, isFinal) }
        recording.progress.update { $0.files.container = options.container }
        if let formatReport { recording.tellFormat { formatReport(name, $0) } }
        return RecordingOrder(
            recording: recording, source: source, room: room, options: options, clock: clock)
    }

    private func container(named format: String, for name: String) -> Container {
        guard let container = Container(named: format) else {
            report(name, "there is no format \(format): MPEG-TS is written", false)
            return .mpegts
        }
        return container
    }
}
