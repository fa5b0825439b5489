/// A file that has been deleted to keep within the limits.
struct Deletion: Hashable, Sendable {
    /// Its name.
    var file: String
    /// The first of the limits that it was beyond.
    var limit: Limit
    /// Why its index is still there.
    var failure: StorageError?

    /// What it was a recording of.
    var recording: String { RecordingName(file)?.name ?? file }

    /// As the owner's log is told of it.
    var report: RecordingReport {
        failure == nil ? .notice(description) : .trouble(description)
    }

    /// What a file may be beyond.
    enum Limit: Hashable, Sendable {
        /// How long files are kept, of all recordings or of this one.
        case age(isOwn: Bool)
        /// How many octets are kept, of all recordings or of this one.
        case totalBytes(isOwn: Bool)
        /// What is to be free on the disk.
        case freeBytes
    }
}

extension Deletion: CustomStringConvertible {
    /// Says it for the log.
    var description: String {
        let rest = failure.map { ", but not its index: \($0)" } ?? ""
        return "\(file) is deleted: \(limit)\(rest)"
    }
}

extension Deletion.Limit: CustomStringConvertible {
    var description: String {
        switch self {
        case .age(let isOwn): "it is older than what is kept" + Self.whose(isOwn)
        case .totalBytes(let isOwn): "there is more than what is kept" + Self.whose(isOwn)
        case .freeBytes: "too little is free on the disk"
        }
    }

    private static func whose(_ isOwn: Bool) -> String { isOwn ? " of this recording" : "" }
}
