import Testing
import Timing

@Suite struct NTPTimestampTests {
    @Test func `1970 began 2 208 988 800 seconds after 1900`() {
        let epoch = NTPTimestamp(unixNanoseconds: 0)
        #expect(epoch.value == 2_208_988_800 << 32)
        #expect(epoch.unixNanoseconds == 0)
    }

    @Test func `reads RFC 3550's example`() {
        // RFC 3550 §6.4.1, figure 2: 10 Nov 1995 11:33:25.125 UTC.
        let report = NTPTimestamp(value: 0xB44D_B705_2000_0000)
        #expect(report.unixNanoseconds == 816_003_205_125_000_000)
        #expect(report.middle == 0xB705_2000)
        #expect(NTPTimestamp(unixNanoseconds: 816_003_205_125_000_000) == report)
    }

    @Test(
        arguments: [
            1, 499_999_999, 500_000_000, 999_999_999, 1_000_000_000, 1_795_000_000_123_456_789,
            -1, -1_500_000_000, -999_999_999,
        ] as [Int64]
    )
    func `comes back to within a nanosecond`(nanoseconds: Int64) {
        let back = NTPTimestamp(unixNanoseconds: nanoseconds).unixNanoseconds
        #expect((nanoseconds - 1...nanoseconds).contains(back))
    }

    @Test func `the fraction is 32 binary places`() {
        let half = NTPTimestamp(unixNanoseconds: 500_000_000)
        #expect(half.value & 0xFFFF_FFFF == 0x8000_0000)
        #expect(half < NTPTimestamp(unixNanoseconds: 500_000_001))
    }
}

@Suite struct ClockMapTests {
    let map = ClockMap(
        instant: Instant(nanoseconds: 5_000_000_000),
        unixNanoseconds: 1_795_000_000_000_000_000
    )

    @Test func `both clocks run on from their common reading`() {
        let later = Instant(nanoseconds: 5_250_000_000)
        #expect(map.unixNanoseconds(at: later) == 1_795_000_000_250_000_000)
        #expect(map.ntp(at: later) == NTPTimestamp(unixNanoseconds: 1_795_000_000_250_000_000))
    }

    @Test func `a moment before the reading lies before it on the wall clock too`() {
        let earlier = Instant(nanoseconds: 4_000_000_000)
        #expect(map.unixNanoseconds(at: earlier) == 1_794_999_999_000_000_000)
    }
}

@Suite struct IntervalTests {
    @Test func `units, sums and order`() {
        #expect(Interval.seconds(1) == .milliseconds(1_000))
        #expect(Interval.milliseconds(1) == .microseconds(1_000))
        #expect(Interval.microseconds(3) * 2 / 3 - .microseconds(2) == .zero)
        #expect(Interval.milliseconds(-1) < .zero)
        #expect(Interval.milliseconds(1_500).seconds == 1.5)
        let instant = Instant(nanoseconds: 10)
        #expect(instant + Interval(nanoseconds: 5) - instant == Interval(nanoseconds: 5))
        #expect(instant - Interval(nanoseconds: 11) < Instant(nanoseconds: 0))
    }
}
