public import Muxer

/// What is known of one file of a recording: its name, and its parts as far as they are needed to
/// play it.
public struct RecordedFile: Sendable {
    /// The file's name, without a folder.
    public var file: String
    /// What it is a recording of.
    public var name: String
    /// `YYYYMMDD_HHMMSS`, when it began, UTC.
    public var stamp: String
    /// Its parts: from key frame to key frame, and while it grows the newest one by one.
    public var index: LiveIndex.Snapshot
}

extension RecordedFile {
    /// When its first part begins, as its samples were handed in.
    public var start: Int64 { index.spans.first?.start.nanoseconds ?? 0 }

    /// Nanoseconds of media, at most thirteen days: what an index says beyond that is not true.
    public var duration: Int64 {
        guard let first = index.spans.first, let last = index.spans.last else { return 0 }
        return Self.duration(from: first, to: last)
    }

    /// Nanoseconds from the beginning of a file's first part to the end of its last.
    static func duration(from first: IndexedPart, to last: IndexedPart) -> Int64 {
        let end = last.start.nanoseconds &+ last.duration.nanoseconds
        return min(max(end &- first.start.nanoseconds, 0), longest)
    }

    private static let longest: Int64 = 1 << 50

    /// Octets of whole parts, and of what stands before them.
    public var byteCount: UInt64 { index.spans.last?.end ?? 0 }

    /// The segment that holds `nanoseconds` after the beginning; the nearest where none does.
    ///
    /// - Complexity: Logarithmic in the length of the recording.
    public func segment(at nanoseconds: Int64) -> Int? {
        guard !index.spans.isEmpty else { return nil }
        let time = start &+ min(max(nanoseconds, 0), Self.longest)
        var (low, high) = (0, index.spans.count)
        while low < high {
            let middle = (low + high) / 2
            if index.spans[middle].start.nanoseconds > time {
                high = middle
            } else {
                low = middle + 1
            }
        }
        return max(low - 1, 0)
    }

    /// The segment at or before that which holds `nanoseconds` at whose beginning a decoder can begin.
    public func entry(at nanoseconds: Int64) -> Int? {
        segment(at: nanoseconds).map { place in
            index.spans[...place].lastIndex(where: \.isIndependent) ?? 0
        }
    }

    /// The segment, or the part, that begins at an offset.
    public func piece(at offset: UInt64, isPart: Bool) -> IndexedPart? {
        let pieces = isPart ? index.parts : index.spans
        var (low, high) = (0, pieces.count)
        while low < high {
            let middle = (low + high) / 2
            if pieces[middle].offset >= offset { high = middle } else { low = middle + 1 }
        }
        guard low < pieces.count, pieces[low].offset == offset else { return nil }
        return pieces[low]
    }
}
