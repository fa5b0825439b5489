import Timing
import Wire

extension SegmentWriter {
    /// The parts completed since the last call, each with what its index goes on with.
    ///
    /// Their octets have been handed out; put them into the file before the record into the index.
    public mutating func takeParts() -> [FinishedPart] {
        guard !index.finished.isEmpty else { return [] }
        defer { index.finished = [] }
        return index.finished
    }

    /// What the current file's index begins with; `nil` until the file has its first part.
    public var indexHeader: IndexHeader? { index.header }

    /// Ends the open part of a transport stream where `sample`, which comes at `time`, begins another.
    mutating func cutStream(before sample: Sample, at time: Interval) {
        guard let open = index.open else { return }
        let elapsed = time - open.start
        let isBack = elapsed <= .zero - Self.backwardLimit
        let isLarge = byteCount - open.offset >= limits.partByteCount
        guard elapsed >= limits.partDuration || isBack || isLarge || isEntry(sample),
            byteCount > open.offset
        else { return }
        finishStreamPart(next: elapsed > .zero ? time : nil)
    }

    /// Notes a sample that has gone into the stream at `time`, whose octets began at `offset`.
    mutating func noteStream(_ sample: Sample, at time: Interval, from offset: Int) {
        if isEntry(sample), formats[leadingTrack] != index.formats[leadingTrack] {
            index.hasOtherSets = true
        }
        if sample.track == leadingTrack { index.leadingCame(at: time) }
        guard var open = index.open else {
            index.open = SegmentIndex.Open(
                start: time, offset: offset, isIndependent: !hasPictures || isEntry(sample),
                last: time, step: .zero)
            return
        }
        // A part begun by sound that is only gathered so far: its first octets are the key frame's.
        if open.offset == offset, isEntry(sample) { open.isIndependent = true }
        if sample.track == leadingTrack {
            open.step = max(time - open.last, .zero)
            open.last = time
        }
        index.open = open
    }

    /// Whether a decoder can begin with a picture.
    private func isEntry(_ sample: Sample) -> Bool {
        hasPictures && sample.track == leadingTrack && sample.isKeyframe
    }

    /// Ends the file's last part. One that holds a single picture lasts as long as those before.
    mutating func finishLastPart() {
        let end = index.open.map { $0.last + ($0.step > .zero ? $0.step : index.step) }
        finishStreamPart(next: end)
    }

    /// - Parameter next: When the next part begins; `nil` where that is not known.
    private mutating func finishStreamPart(next: Interval?) {
        guard let open = index.open, byteCount > open.offset else { return }
        let end = next ?? open.last + open.step
        let part = IndexedPart(
            offset: UInt64(open.offset), byteCount: UInt32(clamping: byteCount - open.offset),
            start: open.start, duration: max(end - open.start, .zero),
            isIndependent: open.isIndependent, hasOtherSets: index.hasOtherSets)
        index.open = nil
        let header = IndexHeader(container: container, formats: index.formats, wallClock: wallClock)
        index.append(part, segment: max(segments - 1, 0)) { header }
    }

    /// Notes a part that has been written to the end of the file.
    mutating func note(_ written: MoviePart) {
        let part = IndexedPart(
            offset: UInt64(byteCount - written.byteCount),
            byteCount: UInt32(clamping: written.byteCount),
            start: written.start, duration: max(written.duration, .zero),
            isIndependent: written.isIndependent,
            hasOtherSets: movie?.hasOtherSets ?? false)
        let header = IndexHeader(
            container: container, formats: index.formats, wallClock: wallClock,
            origin: movie?.origin ?? webm?.origin ?? .zero,
            initialization: movie?.initialization ?? webm?.initialization ?? [])
        let runs = movie?.runs.bytes ?? webm?.runs.bytes ?? []
        index.append(part, runs: runs, segment: max(segments - 1, 0)) { header }
    }

    /// Times further back than this begin a part, and are no jitter between the tracks.
    private static let backwardLimit = Interval.seconds(1)
}
