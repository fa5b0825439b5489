import RTP
import Testing
import Timing

@testable import Camera

/// A camera's tracks on one time line.
@Suite struct CameraClockTests {
    static let start = Instant(nanoseconds: 5_000_000_000)

    private func ntp(_ nanoseconds: Int64) -> NTPTimestamp {
        NTPTimestamp(unixNanoseconds: nanoseconds)
    }

    @Test func `tracks begin as they arrive, and then follow their own timestamps`() {
        var clock = CameraClock(rates: [90_000, 48_000])
        #expect(clock.time(of: 1000, track: 0, arrival: Self.start) == .zero)
        let late = Self.start + .milliseconds(40)
        #expect(clock.time(of: 77, track: 1, arrival: late) == .milliseconds(40))
        #expect(clock.time(of: 1000 + 90_000, track: 0, arrival: late) == .seconds(1))
        #expect(clock.time(of: 77 + 48_000, track: 1, arrival: late) == .milliseconds(1040))
    }

    @Test func `what the camera says of the beginning counts more than arrival`() {
        var clock = CameraClock(rates: [90_000, 48_000])
        clock.setOrigin(900, track: 0)
        clock.setOrigin(480, track: 1)
        let late = Self.start + .milliseconds(70)
        #expect(clock.time(of: 900, track: 0, arrival: Self.start) == .zero)
        #expect(clock.time(of: 480 + 960, track: 1, arrival: late) == .milliseconds(20))
    }

    @Test func `sound moves to where the sender reports put it, a little with each frame`() {
        var clock = CameraClock(rates: [90_000, 48_000])
        _ = clock.time(of: 0, track: 0, arrival: Self.start)
        _ = clock.time(of: 0, track: 1, arrival: Self.start)
        // By the camera's wall clock its sound is 60 ms later than its arrival said.
        clock.reportArrived(ntp(1_000_000_000), timestamp: 0, track: 0, at: Self.start)
        clock.reportArrived(ntp(1_060_000_000), timestamp: 0, track: 1, at: Self.start)
        var (last, frames) = (Interval.zero, 0)
        for frame in 1...400 {
            let time = clock.time(of: Int64(frame) * 960, track: 1, arrival: Self.start)
            #expect(time > last && time - last <= .milliseconds(21), "frame \(frame)")
            last = time
            if time - .milliseconds(Int64(frame) * 20) < .microseconds(59_990) { frames += 1 }
        }
        #expect((100...200).contains(frames), "0.4 ms a frame")
        #expect((last - .seconds(8) - .milliseconds(60)).nanoseconds.magnitude < 10_000)
    }

    @Test func `far off, it moves at once; out of all reason, not at all`() {
        for (offset, expected) in [(2_000, 2_000), (60_000, 0)] as [(Int64, Int64)] {
            var clock = CameraClock(rates: [90_000, 48_000])
            _ = clock.time(of: 0, track: 0, arrival: Self.start)
            _ = clock.time(of: 0, track: 1, arrival: Self.start)
            clock.reportArrived(ntp(1_000_000_000), timestamp: 0, track: 0, at: Self.start)
            clock.reportArrived(
                ntp((1000 + offset) * 1_000_000), timestamp: 0, track: 1, at: Self.start)
            let time = clock.time(of: 960, track: 1, arrival: Self.start)
            #expect((time - .milliseconds(20 + expected)).nanoseconds.magnitude < 1000)
        }
    }

    @Test func `far ahead, it waits at half its pace, and never goes back`() {
        var clock = CameraClock(rates: [90_000, 48_000])
        _ = clock.time(of: 0, track: 0, arrival: Self.start)
        _ = clock.time(of: 0, track: 1, arrival: Self.start)
        clock.reportArrived(ntp(10_000_000_000), timestamp: 0, track: 0, at: Self.start)
        clock.reportArrived(ntp(9_000_000_000), timestamp: 0, track: 1, at: Self.start)
        var last = Interval.zero
        for frame in 1...600 {
            let time = clock.time(of: Int64(frame) * 960, track: 1, arrival: Self.start)
            #expect(time - last >= .milliseconds(9), "frame \(frame)")
            last = time
        }
        #expect((last - .seconds(11)).nanoseconds.magnitude < 10_000)
    }

    @Test func `attempts grow further apart, and no two cameras keep step`() {
        var waits: Set<Int64> = []
        for seed in UInt8(0)..<20 {
            var backOff = BackOff(seed: [seed])
            for attempt in 0..<8 {
                let wait = backOff.next()
                let base = min(Int64(1) << Int64(attempt), 30)
                #expect(wait >= .milliseconds(500 * base) && wait <= .milliseconds(1500 * base))
                waits.insert(wait.nanoseconds)
            }
            backOff.succeeded()
            #expect(backOff.next() <= .milliseconds(1500))
        }
        #expect(waits.count > 100)
    }
}
