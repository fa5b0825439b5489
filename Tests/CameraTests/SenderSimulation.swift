import RTP
import Timing

@testable import Camera

/// A sender whose clocks drift, step and wrap, over a network that holds back and lets go: virtual
/// time, all of it from a seed.
struct SenderSimulation {
    /// Parts in a million by which the clocks of pictures, sound and the wall run fast.
    var drift: [Int64] = [200, -200, 100]
    /// Reports of pictures and sound each five seconds.
    var hasReports = true
    /// Every so often the sender sets its wall clock, by up to an hour.
    var stepsClock = true
    /// Ticks that the pictures' timestamps jump by, and how often.
    var jump: (ticks: Int64, every: Interval)?
    var duration = Interval.seconds(86_400)

    /// What came out of it.
    struct Outcome {
        /// Sound against pictures taken at the same time, each, in nanoseconds.
        var apart: [Int64] = []
        /// The furthest that pictures' media time was ahead of, and behind, true time.
        var ahead = Interval.zero
        var behind = Interval.zero
        /// Pictures whose time did not rise.
        var standing = 0
        var clock = CameraClock(rates: [])
    }

    private var random: UInt64

    init(seed: UInt64) { random = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    private mutating func next(_ bound: Int64) -> Int64 {
        random ^= random << 13
        random ^= random >> 7
        random ^= random << 17
        return Int64(random % UInt64(bound))
    }

    private func ticks(_ time: Int64, rate: Int64, ppm: Int64) -> Int64 {
        let drifted = time + time / 1_000_000 * ppm
        let (seconds, rest) = drifted.quotientAndRemainder(dividingBy: 1_000_000_000)
        return seconds * rate + rest * rate / 1_000_000_000
    }

    /// Takes a picture and a frame of sound five times a second and puts them on one line.
    mutating func run() -> Outcome {
        var outcome = Outcome()
        outcome.clock = CameraClock(rates: [90_000, 48_000])
        var unwrappers = [TimestampUnwrapper(), TimestampUnwrapper()]
        let firsts: [Int64] = [0xFFF0_0000, 0xFFFE_0000]  // soon to wrap
        var (step, jumped): (Int64, Int64) = (1_700_000_000_000_000_000, 0)
        var (held, last): (Int64, Interval) = (0, .seconds(-1))
        var time: Int64 = 0
        while time < duration.nanoseconds {
            let count = time / 200_000_000
            if stepsClock, count % 37_003 == 37_000 {
                step += (next(2) == 0 ? -1 : 1) * next(3_600) * 997_000_000
            }
            if let jump, count % (jump.every.nanoseconds / 200_000_000) == 0 {
                jumped += jump.ticks
            }
            // Now and then the network holds everything back for some seconds.
            if next(3_000) == 0 { held = time + next(8_000_000_000) }
            let arrived = Instant(
                nanoseconds: max(time, held) + 1_000_000_000_000 + next(20_000_000))
            let wire = [
                firsts[0] + ticks(time, rate: 90_000, ppm: drift[0]) + jumped,
                firsts[1] + ticks(time, rate: 48_000, ppm: drift[1]),
            ].map { UInt32(truncatingIfNeeded: $0) }
            if hasReports {
                // Sound reports a second and a half after the picture.
                for track in 0...1 where count % 25 == (track == 0 ? 0 : 8) {
                    let wall = step + time + time / 1_000_000 * drift[2]
                    outcome.clock.reportArrived(
                        NTPTimestamp(unixNanoseconds: wall),
                        timestamp: unwrappers[track].unwrap(wire[track]), track: track,
                        at: arrived)
                }
            }
            let shown = (0...1).map { track in
                outcome.clock.time(
                    of: unwrappers[track].unwrap(wire[track]), track: track, arrival: arrived)
            }
            outcome.apart.append((shown[1] - shown[0]).nanoseconds)
            if shown[0] <= last { outcome.standing += 1 }
            last = shown[0]
            outcome.ahead = max(outcome.ahead, shown[0] - Interval(nanoseconds: time))
            outcome.behind = max(outcome.behind, Interval(nanoseconds: time) - shown[0])
            time += 200_000_000
        }
        return outcome
    }
}
