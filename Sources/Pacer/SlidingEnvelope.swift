import Timing

/// The upper edge of noisy samples: a quantile of the maxima of the last sixteen slots of time.
///
/// Follows a queue's own habit in constant time and memory: a burst fills one slot with its peak,
/// however many packets it has. Slots without samples do not count.
struct SlidingEnvelope {
    private var maxima = InlineArray<16, Int64>(repeating: .min)
    private var filled = 0
    private var next = 0
    private var current = Int64.min
    private var slotEnd = Instant(nanoseconds: .min)
    private let slot: Interval
    private let slotsAbove: Int

    /// The edge as it was when a slot last closed, in nanoseconds; `nil` before the first sample.
    private(set) var edge: Int64?

    init(slot: Interval, slotsAbove: Int) {
        self.slot = slot
        self.slotsAbove = min(max(slotsAbove, 0), Self.kept - 1)
    }

    /// Takes in a sample of `now`; answers whether the edge was looked at anew.
    @discardableResult
    mutating func add(_ sample: Int64, at now: Instant) -> Bool {
        guard now >= slotEnd else {
            current = max(current, sample)
            guard filled < Self.kept / 4 else { return false }
            edge = max(edge ?? sample, sample)  // too little is known to leave anything out
            return true
        }
        close()
        slotEnd = now + slot
        current = sample
        edge = edge ?? sample
        return true
    }

    /// Forgets every sample.
    mutating func removeAll() { self = SlidingEnvelope(slot: slot, slotsAbove: slotsAbove) }

    private mutating func close() {
        guard current != .min else { return }
        maxima[next] = current
        next = (next + 1) % Self.kept
        filled = min(filled + 1, Self.kept)
        edge = largest(after: slotsAbove * filled / Self.kept)
    }

    /// The largest of the maxima once the `skipped` largest are left out.
    private func largest(after skipped: Int) -> Int64 {
        var top = InlineArray<16, Int64>(repeating: .min)  // the largest so far, falling
        for index in 0..<filled {
            var value = maxima[index]
            guard value > top[skipped] else { continue }
            for place in 0...skipped where value > top[place] { swap(&value, &top[place]) }
        }
        return top[skipped]
    }

    private static let kept = 16
}
