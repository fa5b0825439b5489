import Muxer
import Recording
import Service
import Timing

extension Settings {
    /// `--format`.
    var container: Container { self["format"].flatMap { Container(rawValue: $0) } ?? .mpegts }

    /// How recordings are cut into files.
    var recordingOptions: RecordingOptions {
        var options = RecordingOptions(container: container)
        options.limits.byteCount = given("segment-bytes")
        let duration = given("segment").map { Interval.seconds(Int64($0)) }
        if isSet("segment-align") {
            options.alignment = duration
        } else {
            options.limits.duration = duration
        }
        return options
    }

    private func given(_ name: String) -> Int? { self[name].flatMap { Int($0) } }
}
