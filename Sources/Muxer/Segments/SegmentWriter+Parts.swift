import Timing
import Wire

extension SegmentWriter {
    /// The parts completed since the last call, each with what its sidecar goes on with.
    ///
    /// Their octets have been handed out; put them into the file before the record into the sidecar.
    public mutating func takeParts() -> [FinishedPart] {
        defer { index.finished.removeAll(keepingCapacity: true) }
        return index.finished
    }

    /// What the current file's sidecar begins with; `nil` until the file has its first part.
    public var indexHeader: IndexHeader? { index.header }

    /// Ends the open part of a transport stream where `sample` begins another.
    mutating func cutStream(before sample: Sample) {
        guard let open = index.open else { return }
        let elapsed = sample.decodeTime - open.start
        let isKeyframe = sample.isKeyframe && sample.track == leadingTrack && hasPictures
        let isDue = elapsed >= limits.partDuration || elapsed <= .zero - Self.backwardLimit
        let isLarge = byteCount - open.offset >= limits.partByteCount
        guard isDue || isKeyframe || isLarge, byteCount > open.offset else { return }
        finishStreamPart(next: elapsed > .zero ? sample.decodeTime : nil)
    }

    /// Notes a sample that has gone into the stream, whose octets began at `offset`.
    mutating func noteStream(_ sample: Sample, from offset: Int) {
        guard var open = index.open else {
            index.open = SegmentIndex.Open(
                start: sample.decodeTime, offset: offset,
                isIndependent: !hasPictures || sample.track == leadingTrack && sample.isKeyframe,
                last: sample.decodeTime, step: .zero)
            return
        }
        if sample.track == leadingTrack {
            open.step = max(sample.decodeTime - open.last, .zero)
            open.last = sample.decodeTime
            index.open = open
        }
    }

    /// - Parameter next: When the next part begins; `nil` where that is not known.
    mutating func finishStreamPart(next: Interval?) {
        guard let open = index.open, byteCount > open.offset else { return }
        let end = next ?? open.last + open.step
        let part = IndexedPart(
            offset: UInt64(open.offset), byteCount: UInt32(clamping: byteCount - open.offset),
            start: open.start, duration: max(end - open.start, .zero),
            isIndependent: open.isIndependent)
        index.open = nil
        let header = IndexHeader(container: container, formats: formats, wallClock: wallClock)
        index.append(part, segment: max(segments - 1, 0)) { header }
    }

    /// Notes a part that has been written to the end of the file.
    mutating func note(_ written: MoviePart) {
        let part = IndexedPart(
            offset: UInt64(byteCount - written.byteCount),
            byteCount: UInt32(clamping: written.byteCount),
            start: written.start, duration: max(written.duration, .zero),
            isIndependent: written.isIndependent)
        let header = IndexHeader(
            container: container, formats: formats, wallClock: wallClock,
            origin: movie?.origin ?? webm?.origin ?? .zero,
            initialization: movie?.initialization ?? webm?.initialization ?? [])
        let runs = movie?.runs.bytes ?? webm?.runs.bytes ?? []
        index.append(part, runs: runs, segment: max(segments - 1, 0)) { header }
    }

    /// Times further back than this begin a part, and are no jitter between the tracks.
    private static let backwardLimit = Interval.seconds(1)
}
