import Muxer
public import Recording
public import Service
import Timing

// What executables that make recordings have in common beside the API.

extension Option {
    /// How recordings are cut into files.
    public static let cutting = [
        Option(
            "segment", .number(1...86_400), "SECONDS",
            help: "begin another file of a recording after so long, at a key frame"),
        Option(
            "segment-bytes", .number(100_000...1_000_000_000_000), "N",
            help: "begin another file of a recording after so many octets"),
        Option(
            "segment-align", .flag, with: "segment",
            help: "cut at multiples of --segment on the clock, UTC, instead"),
    ]

    /// What recordings' files are.
    public static func container(_ name: String) -> Option {
        Option(
            name, .choice(Container.allCases.map(\.rawValue)), "FORMAT", default: "mpegts",
            help: "the container: mpegts, fmp4, mp4 that grows as fmp4, or webm")
    }

    /// How recordings are kept on the disk.
    public static let keeping = [
        Option(
            "sync", .choice(["none", "interval", "part"]), "WHEN", default: "interval",
            help: "hand recordings to the disk: by the kernel's habit, every second, or every part"),
        Option(
            "keep-hours", .number(1...1_000_000), "N",
            help: "delete recordings that are older than this"),
        Option(
            "keep-megabytes", .number(1...1_000_000_000), "N",
            help: "delete the oldest recordings beyond so much in all"),
        Option(
            "keep-free-megabytes", .number(1...1_000_000_000), "N",
            help: "delete the oldest recordings while less is free on the disk"),
    ]
}

extension Settings {
    /// What was said of `Option.keeping`.
    public var diskOptions: DiskOptions { DiskOptions { self[$0] } }

    /// What was said of `Option.cutting`, and of `Option.container` under that name.
    public func recordingOptions(container name: String) -> RecordingOptions {
        let container = self[name].flatMap { Container(rawValue: $0) }
        var options = RecordingOptions(container: container ?? .mpegts)
        options.limits.byteCount = self["segment-bytes"].flatMap { Int($0) }
        let duration = self["segment"].flatMap { Int64($0) }.map { Interval.seconds($0) }
        if isSet("segment-align") {
            options.alignment = duration
        } else {
            options.limits.duration = duration
        }
        return options
    }
}

extension RecordingError {
    /// How a process ends that was told to record something.
    public var exitCode: ExitCode {
        guard case .unreadable = self else { return isOfRequest ? .usage : .unavailable }
        return .noInput
    }

    /// One line for whoever has given `request` by `--source` and `--name`: it names what is wrong.
    public func complaint(of request: RecordingRequest) -> String {
        switch self {
        case .malformedName: "--name \"\(request.name)\": \(self)"
        case .unsupportedSource, .undescribedRTP, .malformedURL:
            "--source \(request.toldSource): \(self)"
        case .unreadable, .sessionDescription: "--source: \(self)"
        case .alreadyActive, .alreadyRecorded, .notActive, .malformedRoom, .endpoint, .answer,
            .folderInUse, .system:
            description
        }
    }
}

extension Recordings {
    /// Says, once it is known, what an earlier crash has left in the folder, and what has become of it.
    public nonisolated func tellRecovered(_ log: Log) async {
        let found = await recovered()
        guard found.isTold else { return }
        log(found.isNews ? .warning : .info, "\(found)", ["folder": folder])
    }
}
