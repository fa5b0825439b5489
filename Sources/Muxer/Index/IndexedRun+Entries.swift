// Its entries one by one, as those who make tables of them want them.

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
