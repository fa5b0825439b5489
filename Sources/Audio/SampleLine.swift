/// Where the next sample of a source belongs on a line of 48 000 ticks a second, by counting samples;
/// and how far the source's timestamps drift from that.
struct SampleLine {
    /// Samples in a second of the source.
    private(set) var sampleRate: Int
    /// Samples in the last frame.
    private(set) var lastCount = 0

    private var origin: Int64
    private var count: Int64 = 0  // samples since the origin
    private var drift: Double = 0  // smoothed, in ticks
    private var stretchEnd: Int64?  // when a stretch under way is done

    init(start: Int64, sampleRate: Int) {
        (origin, self.sampleRate) = (start, sampleRate)
    }

    /// The tick of the next sample.
    var expected: Int64 { origin + ticks(of: count) }

    /// Counts samples that were handed on.
    mutating func advance(_ samples: Int) {
        count += Int64(samples)
        lastCount = samples
    }

    /// Goes on at another rate from where it is.
    mutating func rebase(sampleRate: Int) {
        (origin, count, self.sampleRate) = (expected, 0, sampleRate)
    }

    /// How many ticks `samples` last.
    func ticks(_ samples: Int) -> Int64 { ticks(of: Int64(samples)) }

    /// How many samples last `ticks`.
    func samples(_ ticks: Int64) -> Int {
        Int((ticks * Int64(sampleRate) + Self.rate / 2) / Self.rate)
    }

    /// Takes note of how far a frame's time lies behind its sample's place.
    ///
    /// - Returns: By how many ticks the coming `stretchSpan` is to be stretched, if now.
    mutating func correction(for error: Int64) -> Int? {
        drift += (Double(error) - drift) / Self.smoothing
        if let end = stretchEnd, expected < end { return nil }
        stretchEnd = nil
        guard abs(drift) > Self.driftLimit else { return nil }
        let delta = drift > 0 ? Self.stretchLimit : -Self.stretchLimit
        stretchEnd = expected + Int64(Self.stretchSpan)
        origin += Int64(delta)
        drift -= Double(delta)
        return delta
    }

    private func ticks(of samples: Int64) -> Int64 {
        (samples * Self.rate + Int64(sampleRate) / 2) / Int64(sampleRate)
    }

    /// Timestamps of cameras that read a clock jitter by less than this; a gap is more: 40 ms.
    static let tolerance: Int64 = 1_920
    /// Ticks over which a stretch is spread: a second.
    static let stretchSpan = 48_000
    private static let stretchLimit = 48  // 0.1 %: below what is heard
    private static let driftLimit: Double = 480  // 10 ms
    private static let smoothing: Double = 16
    private static let rate = Int64(Resampler.outputRate)
}
