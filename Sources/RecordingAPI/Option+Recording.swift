public import Recording
public import Service

// What executables that make recordings have in common beside the API.

extension Option {
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
}

extension Recordings {
    /// Says, once it is known, what an earlier crash has left in the folder, and what has become of it.
    public nonisolated func tellRecovered(_ log: Log) async {
        let found = await recovered()
        guard found.isTold else { return }
        log(found.isNews ? .warning : .info, "\(found)", ["folder": folder])
    }
}
