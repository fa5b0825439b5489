import Testing
import Timing

@testable import Recording

@Suite struct TimeJitterTests {
    private static func jitter(_ milliseconds: [Int64]) -> Interval {
        var jitter = TimeJitter()
        for time in milliseconds { jitter.note(.milliseconds(time)) }
        return jitter.value
    }

    @Test func `even pictures have none`() {
        #expect(Self.jitter([]) == .zero)
        #expect(Self.jitter([7]) == .zero)
        #expect(Self.jitter(Array(stride(from: 0, through: 4000, by: 40))) == .zero)
    }

    @Test func `intervals of 30 and 50 ms in turn come to their difference`() {
        var (time, times) = (Int64(0), [Int64]())
        for number in 0..<400 {
            times.append(time)
            time += number.isMultiple(of: 2) ? 30 : 50
        }
        let value = Self.jitter(times)
        #expect(value > .milliseconds(19) && value <= .milliseconds(20))
    }

    @Test func `a gap is none, nor is what goes back`() {
        #expect(Self.jitter([0, 40, 80, 60_000, 60_040, 60_080]) == .zero)
        #expect(Self.jitter([5000, 5040, 5080, 0, 40, 80]) == .zero)
    }
}
