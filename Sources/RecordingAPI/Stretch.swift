import Muxer
import Recording
import Timing

/// Some of a file's segments, one behind the other: where they lie. They are read when it is their turn,
/// so that a recording of any number of files can be taken home.
struct Stretch: Sendable {
    let file: FileSummary
    let octets: Range<UInt64>
    /// Nanoseconds of media from the file's beginning to theirs.
    let start: Int64
    /// Nanoseconds of media.
    let duration: Int64

    /// All of a file, as far as it has come.
    init(_ file: FileSummary) {
        (self.file, octets) = (file, file.parts)
        (start, duration) = (0, file.duration)
    }

    /// From the key frame at or before `from` up to the one at or behind `to`, both nanoseconds of the
    /// file.
    init?(_ file: RecordedFile, from: Int64, to: Int64) {
        guard let first = file.entry(at: from), let last = file.segment(at: to - 1),
            first <= last
        else { return nil }
        let (head, tail) = (file.index.spans[first], file.index.spans[last])
        self.file = FileSummary(file)
        octets = head.offset..<max(head.offset, tail.end)
        start = min(max(head.start.nanoseconds &- file.start, 0), file.duration)
        let end = tail.start.nanoseconds &+ tail.duration.nanoseconds
        duration = min(max(end &- head.start.nanoseconds, 0), file.duration)
    }

    /// Nanoseconds from the beginning of this one to that of the next. Sound that was handed in ahead of
    /// the key frame that ends a file, as it is with B-frames, reaches into the next file's time: that
    /// goes on where it began.
    func duration(before next: Stretch?) -> Int64 {
        guard let next, next.start == 0, start + duration == file.duration else { return duration }
        let begin = next.file.start &- file.start &- start
        let overlap = duration &- begin
        return begin > 0 && overlap > 0 && overlap <= Self.reach ? begin : duration
    }

    /// Pictures that are reordered come so much later than they are decoded, at most.
    private static let reach: Int64 = 1_000_000_000

    /// The segments, of the file with all its parts; `nil` where it has others by now. The last one of a
    /// file that grows is what it was.
    func segments(of recorded: RecordedFile) -> [IndexedPart]? {
        var segments = recorded.index.spans.filter { octets.contains($0.offset) }
        if var last = segments.popLast() {
            if last.end > octets.upperBound {
                last.byteCount = UInt32(octets.upperBound - last.offset)
                let end = recorded.start &+ start &+ duration
                last.duration = Interval(nanoseconds: max(end &- last.start.nanoseconds, 0))
            }
            segments.append(last)
        }
        let byteCount = segments.reduce(0) { $0 + UInt64($1.byteCount) }
        return byteCount == UInt64(octets.count) ? segments : nil
    }
}

extension [FileSummary] {
    /// The file that is played at a time of all of them, and the time in it; behind the end the end.
    func place(at nanoseconds: Int64) -> (file: FileSummary, time: Int64)? {
        var start: Int64 = 0
        for file in self {
            if nanoseconds < start.followed(by: file.duration) {
                return (file, nanoseconds - start)
            }
            start = start.followed(by: file.duration)
        }
        return last.map { ($0, $0.duration) }
    }

    /// Nanoseconds of media in all of them.
    var duration: Int64 { reduce(0) { $0.followed(by: $1.duration) } }
}

extension Int64 {
    /// The sum of some nanoseconds and a file's, which ends at seventy years: more is not true.
    func followed(by duration: Int64) -> Int64 { Swift.min(self + duration, 1 << 61) }
}

extension RecordingCatalog {
    /// From the key frame at or before `from` up to the one at or behind `to`, both nanoseconds of all
    /// files played one behind the other. What is wanted whole is not read for it.
    ///
    /// - Throws: `WorkQueue.Busy` where too much waits to be read.
    func stretches(
        of files: [FileSummary], from: Int64 = 0, to: Int64 = .max
    ) async throws(WorkQueue.Busy) -> [Stretch] {
        var stretches: [Stretch] = []
        var start: Int64 = 0
        for summary in files {
            defer { start = start.followed(by: summary.duration) }
            let (begin, end) = (max(from - start, 0), min(to - start, summary.duration))
            guard begin < end else { continue }
            guard begin > 0 || end < summary.duration else {
                stretches.append(Stretch(summary))
                continue
            }
            guard let file = try await file(summary.file),
                let stretch = Stretch(file, from: begin, to: end)
            else { continue }
            stretches.append(stretch)
        }
        return stretches
    }
}
