import Timing

/// The way from a simulated camera to its relay: delay, jitter, bursts, stalls and a narrow link.
struct CameraPath {
    private let shape: CameraShape
    private var random: SplitMix
    private var newest = CameraTrace.start  // when the packet before came
    private var opportunity = 0  // of the link
    private var frame = (track: -1, frame: -1)
    private var start: Instant { CameraTrace.start }

    init(_ shape: CameraShape, random: SplitMix) { (self.shape, self.random) = (shape, random) }

    /// When the next packet comes, in the order of sending: the path keeps it, as TCP does, and a frame's
    /// packets come together.
    mutating func arrival(of packet: TracedPacket) -> Instant {
        if frame != (packet.track, packet.frame) {
            frame = (packet.track, packet.frame)
            newest = max(newest, held(packet.captured + shape.delay + exponential()))
        }
        if !shape.link.isEmpty { newest = max(newest, slot(after: newest)) }
        return newest
    }

    /// Stalls and bursts hold back what would come during them.
    private func held(_ arrival: Instant) -> Instant {
        var held = arrival
        for stall in shape.stalls where held >= start + stall.at {
            held = max(held, min(start + stall.at + stall.length, .init(nanoseconds: .max)))
        }
        guard shape.burst > .zero else { return held }
        let late = (held - start).nanoseconds % shape.burst.nanoseconds
        return late == 0 ? held : held + shape.burst - Interval(nanoseconds: late)
    }

    /// The link's next opportunity that is not before `instant`.
    private mutating func slot(after instant: Instant) -> Instant {
        guard let last = shape.link.last, last > .zero else { return instant }
        while true {
            let round = Int64(opportunity / shape.link.count)
            let place = shape.link[opportunity % shape.link.count]
            opportunity += 1
            let instantOfSlot = start + last * round + place
            if instantOfSlot >= instant { return instantOfSlot }
        }
    }

    private mutating func exponential() -> Interval {
        guard shape.jitter > .zero else { return .zero }
        // −ln u by halving: whole numbers alone, the same on every machine to within 0.1 %.
        let bits = random.next() | 1
        let zeros = bits.leadingZeroBitCount
        let mantissa = Int64(((bits << UInt64(zeros)) << 1) >> 44)  // 20 bits after the leading one
        let log2 = (Int64(zeros + 1) << 20) - mantissa - Self.curve(mantissa)
        return Interval(nanoseconds: shape.jitter.nanoseconds / 1_024 * ((log2 * 710) >> 20))
    }

    /// What log2(1 + x) − x is, roughly, for x of 20 bits.
    private static func curve(_ x: Int64) -> Int64 { ((x * ((1 << 20) - x)) >> 20) * 22 / 64 }
}
