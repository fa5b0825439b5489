import Timing

// Where parts begin and end.

extension FragmentedMovieWriter {
    /// Whether the part gathered so far ends before `sample`: it is full, or a decoder can begin
    /// here, or sound begins anew after a gap.
    func endsPart(_ sample: Sample, _ ticks: Int64, at time: Interval) -> Bool {
        guard part != nil else { return false }
        let passed = abs((time - began).nanoseconds)
        if passed >= configuration.partDuration.nanoseconds { return true }
        if gatheredBytes >= configuration.partByteCount { return true }
        let index = sample.track
        guard !tracks[index].pending.isEmpty else { return false }
        if tracks[index].isVideo { return sample.isKeyframe }
        return ticks != tracks[index].expectedTicks
    }

    /// Octets of the samples that wait for their part.
    var gatheredBytes: Int {
        var count = 0
        for index in tracks.indices { count += tracks[index].bytes.count }
        return count
    }

    mutating func note(_ sample: Sample, at time: Interval, isVideo: Bool) {
        let beginsHere = isVideo ? sample.isKeyframe : !hasPictures
        var noted =
            part
            ?? MoviePart(
                byteCount: 0, start: start(at: time), duration: .zero,
                isIndependent: beginsHere)
        if part == nil { began = time }
        if origin == nil {
            noted.start = min(noted.start, time)
            began = noted.start
        }
        noted.isIndependent = noted.isIndependent || beginsHere
        part = noted
    }

    /// Where a part begins with a sample that comes at `time`: the file's first with its earliest one, each
    /// other where the one before ended, unless late pictures belong long before that.
    private func start(at time: Interval) -> Interval {
        guard let lastEnd, lastEnd - time < configuration.partDuration else { return time }
        return max(time, lastEnd)
    }
}
