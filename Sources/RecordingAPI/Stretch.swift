import Muxer
import Recording
import Timing

/// Some of a file, from one of its parts up to another: where it lies. They are read when it is their turn,
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

    /// From one part of a file up to another, or to its end.
    init?(_ file: RecordedFile, from first: IndexedPart, to end: IndexedPart?) {
        let past = end?.offset ?? file.byteCount
        guard first.offset < past else { return nil }
        self.file = FileSummary(file)
        octets = first.offset..<past
        start = min(max(first.start.nanoseconds &- file.start, 0), file.duration)
        let time = end.map { $0.start.nanoseconds &- file.start } ?? file.duration
        duration = min(max(time &- start, 0), file.duration)
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

    /// The segments, of the file with all its parts; `nil` where it has others by now. The first and the
    /// last one are what of them lies in the stretch.
    func segments(of recorded: RecordedFile) -> [IndexedPart]? {
        let segments = recorded.index.spans.filter { octets.overlaps($0.offset..<$0.end) }
            .map { part(of: $0, begin: recorded.start &+ start) }
        let byteCount = segments.reduce(0) { $0 + UInt64($1.byteCount) }
        return byteCount == UInt64(octets.count) ? segments : nil
    }

    /// What of a segment lies in a stretch that begins at a time.
    private func part(of segment: IndexedPart, begin: Int64) -> IndexedPart {
        var part = segment
        let kept = octets.clamped(to: segment.offset..<segment.end)
        (part.offset, part.byteCount) = (kept.lowerBound, UInt32(clamping: kept.count))
        if kept.lowerBound > segment.offset { part.start = Interval(nanoseconds: begin) }
        let isCut = kept.upperBound < segment.end
        let own = segment.start.nanoseconds &+ segment.duration.nanoseconds
        let end = isCut ? begin &+ duration : own
        part.duration = Interval(nanoseconds: max(end &- part.start.nanoseconds, 0))
        return part
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
    /// From the last key frame at or before `from` up to the first at or behind `to`, both nanoseconds of
    /// all files played one behind the other. What is wanted whole is not read for it.
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
                let stretch = try await stretch(of: file, from: begin, to: end)
            else { continue }
            stretches.append(stretch)
        }
        return stretches
    }

    private func stretch(
        of file: RecordedFile, from: Int64, to: Int64
    ) async throws(WorkQueue.Busy) -> Stretch? {
        guard let first = try await keyframe(of: file, atOrBefore: from) else { return nil }
        let end = to < file.duration ? try await keyframe(of: file, atOrBehind: to) : nil
        return Stretch(file, from: first, to: end)
    }
}
