import Testing
import Timing

@testable import Camera

/// A source's line of time over hours of drift, steps, wraps and a network that holds back.
@Suite struct CameraClockSimulationTests {
    private func percentile(_ values: [Int64], _ share: Double) -> Int64 {
        let sorted = values.map { abs($0) }.sorted()
        return sorted[Int(Double(sorted.count - 1) * share)]
    }

    @Test(arguments: [UInt64(1), 2, 3])
    func `over a day sound stays within ten milliseconds of the pictures`(seed: UInt64) {
        var sender = SenderSimulation(seed: seed)
        let outcome = sender.run()
        let worst = percentile(outcome.apart, 0.99)
        #expect(worst <= 10_000_000, "p99 \(Double(worst) / 1e6) ms")
        #expect(percentile(outcome.apart, 0.999) <= 60_000_000)
        #expect(outcome.standing == 0 && outcome.clock.jumpCount == 0)
        #expect(outcome.clock.clockStepCount >= 10)
        // The wall clock's own drift is 8.6 s a day; the pictures' would be 17.3 s.
        #expect(outcome.ahead < .milliseconds(9_700), "\(outcome.ahead)")
    }

    @Test func `timestamps that run ahead of the sender's own clock are led back`() {
        var sender = SenderSimulation(seed: 4)
        (sender.drift, sender.stepsClock) = ([0, 0, 0], false)
        sender.jump = (9_000, .milliseconds(2_000))  // a tenth of a second each two seconds
        sender.duration = .seconds(780)
        let outcome = sender.run()
        #expect(outcome.ahead < .seconds(3) && outcome.standing == 0, "\(outcome.ahead)")
    }

    @Test func `without reports, timestamps that run ahead of arrival are led back`() {
        var sender = SenderSimulation(seed: 5)
        (sender.drift, sender.hasReports) = ([0, 0, 0], false)
        sender.jump = (9_000, .milliseconds(2_000))
        sender.duration = .seconds(780)
        let outcome = sender.run()
        #expect(outcome.ahead < .seconds(6) && outcome.standing == 0, "\(outcome.ahead)")
    }

    @Test func `what a network holds back and then brings at once moves nothing`() {
        var sender = SenderSimulation(seed: 6)
        (sender.drift, sender.hasReports) = ([0, 0, 0], false)
        sender.duration = .seconds(7_200)
        let outcome = sender.run()
        #expect(outcome.ahead < .milliseconds(30) && outcome.behind < .milliseconds(30))
        #expect(outcome.clock.jumpCount == 0)
    }

    @Test func `a jump of hours goes on where it arrives, and is counted`() {
        for ticks in [90_000 * 7_200, -90_000 * 7_200] as [Int64] {
            var sender = SenderSimulation(seed: 7)
            (sender.drift, sender.stepsClock) = ([0, 0, 0], false)
            sender.jump = (ticks, .seconds(400))
            sender.duration = .seconds(700)
            let outcome = sender.run()
            #expect(outcome.ahead < .seconds(1) && outcome.clock.jumpCount >= 1)
            #expect(percentile(outcome.apart, 0.99) < 200_000_000)
        }
    }
}
