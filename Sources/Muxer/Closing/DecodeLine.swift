/// Follows a track's decode times from part to part: the last sample of one lasts until the first of
/// the next.
struct DecodeLine {
    private var last: (ticks: Int64, step: UInt32)?

    var end: Int64 { last.map { $0.ticks &+ Int64($0.step) } ?? 0 }

    mutating func add(
        _ run: borrowing IndexedRun, to lengths: inout RunLength,
        _ body: (UInt32, UInt32) -> Void
    ) {
        if let last {
            lengths.add(1, of: UInt32(clamping: run.firstTicks &- last.ticks), body)
        }
        var ticks = run.firstTicks
        run.forEachDuration { count, duration in
            lengths.add(count, of: duration, body)
            ticks &+= Int64(count) &* Int64(duration)
        }
        last = (ticks, run.lastStep)
    }

    mutating func finish(_ lengths: inout RunLength, _ body: (UInt32, UInt32) -> Void) {
        if let last { lengths.add(1, of: last.step, body) }
        lengths.finish(body)
    }
}
