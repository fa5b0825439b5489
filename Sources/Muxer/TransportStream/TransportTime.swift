import Timing

extension Interval {
    /// Ticks of 90 kHz, rounded: the unit of PTS and DTS.
    var ticks90: Int64 {
        let (quotient, rest) = nanoseconds.quotientAndRemainder(dividingBy: 100_000)
        let scaled = rest * 9
        return quotient * 9 + (scaled >= 0 ? scaled + 50_000 : scaled - 50_000) / 100_000
    }

    /// Ticks of 27 MHz, rounded down: the unit of the program clock reference.
    var ticks27: Int64 {
        let (quotient, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000)
        let scaled = rest * 27
        return quotient * 27 + (scaled >= 0 ? scaled : scaled - 999) / 1_000
    }
}

/// Arithmetic of the 33-bit numbers a transport stream counts time with; they wrap every 26.5 h.
enum TransportTime {
    /// The low 33 bits of a 90 kHz time, negative ones included.
    static func wrapped(_ ticks: Int64) -> UInt64 {
        UInt64(bitPattern: ticks) & stampMask
    }

    /// How far `later` lies after `earlier`, in `-period / 2 ..< period / 2`.
    static func difference(_ later: Int64, _ earlier: Int64, period: Int64) -> Int64 {
        let distance = (later - earlier) % period
        let positive = distance < 0 ? distance + period : distance
        return positive < period / 2 ? positive : positive - period
    }

    /// The bits of PTS and DTS.
    static let stampMask: UInt64 = 0x1_FFFF_FFFF

    /// Where PTS and DTS wrap, in ticks of 90 kHz.
    static let stampPeriod: Int64 = 1 << 33

    /// Where the program clock reference wraps, in ticks of 27 MHz.
    static let referencePeriod: Int64 = 300 << 33
}
