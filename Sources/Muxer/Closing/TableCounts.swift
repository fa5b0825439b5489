import Wire

/// How long the tables of one track will be, found by one walk through the index.
struct TableCounts {
    private(set) var samples = 0
    private(set) var chunks = 0
    private(set) var keyframes = 0
    private(set) var durations = RunLength()
    private(set) var compositions = RunLength()
    private(set) var chunkSizes = RunLength()
    private(set) var firstTicks: Int64?
    /// How much later than decoded the first sample is shown.
    private(set) var firstDelay: Int64 = 0
    private(set) var hasCompositions = false
    private var line = DecodeLine()
    private var lastShownEnd: Int64?

    /// When the last sample ends, in the track's ticks.
    var endTicks: Int64 { line.end }

    /// When all has been shown: as much later than decoded as the first, or later still, where the
    /// pictures end with one that others would have been shown before.
    var shownEnd: Int64 { max(line.end &+ firstDelay, lastShownEnd ?? .min) }

    /// Whether each sample is a key frame, so that there is nothing to list.
    var areAllKeyframes: Bool { keyframes == samples }

    mutating func add(_ run: borrowing IndexedRun) {
        if firstTicks == nil {
            firstTicks = run.firstTicks
            firstDelay = run.firstComposition
        }
        samples += run.sampleCount
        chunks += 1
        keyframes += run.keyframes.byteCount / 4
        line.add(run, to: &durations) { _, _ in }
        run.forEachComposition { count, offset in
            if offset != 0 { hasCompositions = true }
            compositions.add(count, of: offset) { _, _ in }
        }
        lastShownEnd = max(lastShownEnd ?? .min, run.lastShown() &+ Int64(run.lastStep))
        chunkSizes.add(1, of: UInt32(truncatingIfNeeded: run.sampleCount)) { _, _ in }
    }

    mutating func finish() { line.finish(&durations) { _, _ in } }
}
