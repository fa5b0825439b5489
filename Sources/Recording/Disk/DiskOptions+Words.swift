import Timing

extension DiskOptions {
    /// As the executables' flags say it: `sync` (`none`, `interval` or `part`), `keep-hours`,
    /// `keep-megabytes` and `keep-free-megabytes`.
    ///
    /// - Parameter word: What is given under a name.
    public init(_ word: (_ name: String) -> String?) {
        let limits = Retention.Limits(word)
        let sync: SyncPolicy =
            switch word("sync") {
            case "none": .none
            case "part": .part
            default: .interval(.seconds(1))
            }
        self.init(
            sync: sync,
            retention: Retention(
                age: limits.age, totalBytes: limits.totalBytes,
                freeBytes: number(word("keep-free-megabytes")).map { $0 * 1_000_000 }))
    }
}

extension Retention.Limits {
    /// As the executables' flags, and the objects of their lists, say it: `keep-hours` and `keep-megabytes`.
    ///
    /// - Parameter word: What is given under a name.
    public init(_ word: (_ name: String) -> String?) {
        self.init(
            age: number(word("keep-hours")).map { .seconds(Int64(clamping: $0) * 3600) },
            totalBytes: number(word("keep-megabytes")).map { $0 * 1_000_000 })
    }
}

private func number(_ word: String?) -> UInt64? { word.flatMap { UInt64($0) } }
