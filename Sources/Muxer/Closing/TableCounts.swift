import Wire

/// How long the tables of one track will be, found by one walk through the sidecar.
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

/// Joins equal values that follow one another, and counts how many pairs that makes.
struct RunLength {
    private var count: UInt32 = 0
    private var value: UInt32 = 0
    private(set) var pairs = 0

    /// Takes `count` more of `value`; hands out what they end.
    mutating func add(_ count: UInt32, of value: UInt32, _ body: (UInt32, UInt32) -> Void) {
        if self.count > 0, self.value == value {
            self.count &+= count
            return
        }
        if self.count > 0 { body(self.count, self.value) }
        (self.count, self.value) = (count, value)
        pairs += 1
    }

    /// Hands out the last pair.
    mutating func finish(_ body: (UInt32, UInt32) -> Void) {
        if count > 0 { body(count, value) }
        count = 0
    }
}

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

extension IndexedRun {
    borrowing func forEachDuration(_ body: (UInt32, UInt32) -> Void) {
        Self.forEachPair(of: durations, body)
    }

    borrowing func forEachComposition(_ body: (UInt32, UInt32) -> Void) {
        Self.forEachPair(of: compositions, body)
    }

    /// When the sample that is shown last begins to be, in the track's ticks. Of those with one delay
    /// it is the last.
    borrowing func lastShown() -> Int64 {
        var (ticks, latest) = (firstTicks, Int64.min)
        var (offset, left, step) = (0, UInt32(0), Int64(0))
        var isFirst = true
        forEachComposition { count, delay in
            var steps = isFirst ? max(count, 1) &- 1 : count
            isFirst = false
            while steps > 0 {
                if left == 0 {
                    guard offset &+ 8 <= durations.byteCount else { break }
                    left = Self.number(durations, offset)
                    step = Int64(Self.number(durations, offset &+ 4))
                    offset &+= 8
                    continue
                }
                let taken = min(steps, left)
                ticks &+= Int64(taken) &* step
                (steps, left) = (steps &- taken, left &- taken)
            }
            latest = max(latest, ticks &+ Int64(delay))
        }
        return max(latest, ticks)
    }

    private static func forEachPair(of bytes: RawSpan, _ body: (UInt32, UInt32) -> Void) {
        var offset = 0
        while offset &+ 8 <= bytes.byteCount {
            body(number(bytes, offset), number(bytes, offset &+ 4))
            offset &+= 8
        }
    }

    var firstComposition: Int64 {
        compositions.byteCount < 8 ? 0 : Int64(Self.number(compositions, 4))
    }

    borrowing func forEachKeyframe(_ body: (UInt32) -> Void) {
        var offset = 0
        while offset &+ 4 <= keyframes.byteCount {
            body(Self.number(keyframes, offset))
            offset &+= 4
        }
    }

    private static func number(_ bytes: RawSpan, _ offset: Int) -> UInt32 {
        UInt32(
            bigEndian: bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt32.self))
    }
}
