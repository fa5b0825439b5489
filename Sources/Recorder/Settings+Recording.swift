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

    /// How they are kept.
    var diskOptions: DiskOptions {
        let sync: SyncPolicy =
            switch self["sync"] {
            case "none": .none
            case "part": .part
            default: .interval(.seconds(1))
            }
        return DiskOptions(
            sync: sync,
            retention: Retention(
                age: given("keep-hours").map { .seconds(Int64($0) * 3600) },
                totalBytes: given("keep-megabytes").map { UInt64($0) * 1_000_000 },
                freeBytes: given("keep-free-megabytes").map { UInt64($0) * 1_000_000 }))
    }

    private func given(_ name: String) -> Int? { self[name].flatMap { Int($0) } }
}
