public import Muxer

/// What a list tells of one file of a recording: all but its parts.
public struct FileSummary: Sendable {
    /// The file's name, without a folder.
    public var file: String
    /// What it is a recording of.
    public var name: String
    /// What the index beside it begins with, but for what a decoder is set up with; `nil` before the
    /// first part.
    public var header: IndexHeader?
    /// When its first part begins, as its samples were handed in.
    public var start: Int64
    /// Nanoseconds of media.
    public var duration: Int64
    /// Octets in it.
    public var byteCount: UInt64
    /// Where its whole parts lie; empty before the first.
    public var parts: Range<UInt64>
    /// It still grows.
    public var isGrowing: Bool

    /// What is told of a file that is known whole.
    public init(_ file: RecordedFile) {
        (self.file, name) = (file.file, file.name)
        (start, duration) = (file.start, file.duration)
        (byteCount, isGrowing) = (file.index.byteCount, !file.index.isFinished)
        let first = file.index.spans.first?.offset ?? 0
        parts = first..<max(first, file.byteCount)
        header = file.index.header
        header?.initialization = []
    }

    /// What is told of a finished file by the ends of its index.
    init(_ file: String, of name: String, _ ends: IndexEnds) {
        (self.file, self.name) = (file, name)
        start = ends.first.start.nanoseconds
        duration = RecordedFile.duration(from: ends.first, to: ends.last)
        (byteCount, isGrowing) = (ends.byteCount, false)
        parts = ends.first.offset..<max(ends.first.offset, ends.last.end)
        header = ends.header
        header?.initialization = []
    }

    /// There is at least a part of it.
    public var hasParts: Bool { !parts.isEmpty }
}

/// What has been read of files to list them, kept apart from their parts: these are large and few are
/// asked for, and every file there is is listed every few seconds.
struct KnownSummaries {
    private struct Known {
        var summary: FileSummary
        /// What the index was when it was read, where it may change.
        var tag: String?
    }

    private var known: [String: Known] = [:]
    /// What recordings last held: their files hold the same, and share it.
    private var formats: [String: [TrackFormat]] = [:]

    var count: Int { known.count }

    /// What is known of a file, and the mark of its index if that may have changed since.
    subscript(file: String) -> (summary: FileSummary, tag: String?)? {
        known[file].map { ($0.summary, $0.tag) }
    }

    /// Keeps what has been read; with too many kept already, it is read again each time.
    mutating func keep(_ summary: FileSummary, tag: String?) {
        guard known.count < Self.limit || known[summary.file] != nil else { return }
        var summary = summary
        if let shared = formats[summary.name], shared == summary.header?.formats {
            summary.header?.formats = shared
        } else {
            formats[summary.name] = summary.header?.formats
        }
        known[summary.file] = Known(summary: summary, tag: tag)
    }

    mutating func forget(_ file: String) { known[file] = nil }

    /// Forgets what is not in the folder any more, once there is enough of it.
    mutating func forget(notIn listing: FolderListing) {
        guard known.count > listing.files.count + Self.slack else { return }
        let files = Set(listing.files.map(\.file))
        known = known.filter { files.contains($0.key) }
        formats = formats.filter { listing.byName[$0.key] != nil }
    }

    /// Of twenty cameras in files of ten minutes three weeks, some 20 MB.
    private static let limit = 65_536
    private static let slack = 256
}
