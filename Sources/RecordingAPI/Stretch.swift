import Muxer
import Recording
import Timing

/// Some of a file's segments, one behind the other.
struct Stretch: Sendable {
    let file: RecordedFile
    let segments: ArraySlice<IndexedPart>

    /// Nanoseconds of media.
    var duration: Int64 {
        guard let first = segments.first, let last = segments.last else { return 0 }
        let end = last.start.nanoseconds &+ last.duration.nanoseconds
        return Swift.min(Swift.max(end &- first.start.nanoseconds, 0), file.duration)
    }
}

extension [FileSummary] {
    /// The file that is played at a time of all of them, and the time in it; behind the end the end.
    func place(at nanoseconds: Int64) -> (file: FileSummary, time: Int64)? {
        var start: Int64 = 0
        for file in self {
            if nanoseconds < start + file.duration { return (file, nanoseconds - start) }
            start += file.duration
        }
        return last.map { ($0, $0.duration) }
    }
}

extension [RecordedFile] {
    /// From the key frame at or before `from` up to the one at or behind `to`, both nanoseconds of all
    /// of them played one behind the other.
    func stretches(from: Int64 = 0, to: Int64 = .max) -> [Stretch] {
        var stretches: [Stretch] = []
        var start: Int64 = 0
        for file in self {
            defer { start += file.duration }
            let (begin, end) = (Swift.max(from - start, 0), Swift.min(to - start, file.duration))
            guard begin < end, let first = file.segment(at: begin),
                let last = file.segment(at: end - 1)
            else { continue }
            stretches.append(Stretch(file: file, segments: file.index.spans[first...last]))
        }
        return stretches
    }
}
