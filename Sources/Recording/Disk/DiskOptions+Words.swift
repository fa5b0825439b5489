import Timing

extension DiskOptions {
    /// As the executables' flags say it: `sync` (`none`, `interval` or `part`), `keep-hours`,
    /// `keep-megabytes` and `keep-free-megabytes`.
    ///
    /// - Parameter word: What is given under a name.
    public init(_ word: (_ name: String) -> String?) {
        func number(_ name: String) -> UInt64? { word(name).flatMap { UInt64($0) } }
        let sync: SyncPolicy =
            switch word("sync") {
            case "none": .none
            case "part": .part
            default: .interval(.seconds(1))
            }
        self.init(
            sync: sync,
            retention: Retention(
                age: number("keep-hours").map { .seconds(Int64(clamping: $0) * 3600) },
                totalBytes: number("keep-megabytes").map { $0 * 1_000_000 },
                freeBytes: number("keep-free-megabytes").map { $0 * 1_000_000 }))
    }
}
