import Testing
import Timing

@testable import Recording

/// When media was captured: by what comes soonest, or by the sender's own clock where that is right.
@Suite struct CaptureClockTests {
    private static let start = Instant(nanoseconds: 1_000_000_000_000)
    private static let wall: Int64 = 1_700_000_000_000_000_000
    private static let clock = ClockMap(instant: start, unixNanoseconds: wall)

    /// Pictures of 40 ms from a number on, each so many milliseconds behind the one before.
    private static func send(
        _ numbers: Range<Int64>, from milliseconds: Int64, pace: Int64 = 40,
        to clock: inout CaptureClock
    ) {
        for (place, number) in numbers.enumerated() {
            clock.frameArrived(
                .milliseconds(number * 40),
                at: start + .milliseconds(milliseconds + Int64(place) * pace))
        }
    }

    /// Milliseconds from the start to media time zero.
    private static func zero(_ capture: inout CaptureClock) -> Int64? {
        capture.wallClock(by: clock).map { ($0 - wall) / 1_000_000 }
    }

    @Test func `what is live from the start is dated as it comes, and certain within a part`() {
        var capture = CaptureClock()
        #expect(Self.zero(&capture) == nil)
        Self.send(0..<3, from: 500, to: &capture)
        #expect(!capture.isSettled)
        Self.send(3..<4, from: 620, to: &capture)
        #expect(capture.isSettled)
        #expect(Self.zero(&capture) == 500)
    }

    @Test(arguments: [0, 1, 10, 25])
    func `what comes faster than time is from before, and dated by what follows it`(pace: Int64) {
        var capture = CaptureClock()
        Self.send(0..<40, from: 0, pace: pace, to: &capture)
        #expect(!capture.isSettled, "1.6 s of pictures in \(40 * pace) ms")
        // The next one is live: 40 ms behind the last of the others.
        let live = 39 * pace + 40
        Self.send(40..<50, from: live, to: &capture)
        #expect(capture.isSettled)
        #expect(Self.zero(&capture) == live - 1600)
    }

    @Test func `nothing behind what was from before settles it as well`() {
        var capture = CaptureClock()
        capture.settle()
        #expect(!capture.isSettled, "before anything came")
        Self.send(0..<25, from: 0, pace: 0, to: &capture)
        capture.settle()
        #expect(capture.isSettled && Self.zero(&capture) == -960)
    }

    @Test func `a source that runs ahead for ever is waited for two seconds`() {
        var capture = CaptureClock()
        Self.send(0..<99, from: 0, pace: 20, to: &capture)
        #expect(!capture.isSettled)
        Self.send(99..<102, from: 1980, pace: 20, to: &capture)
        #expect(capture.isSettled)
    }

    struct Row: CustomTestStringConvertible {
        let delay: Int64
        let isBelieved: Bool
        var testDescription: String { "\(delay) ms" }
    }

    static let rows = [
        Row(delay: 0, isBelieved: true), Row(delay: 300, isBelieved: true),
        Row(delay: 1000, isBelieved: true), Row(delay: 1001, isBelieved: false),
        Row(delay: 3_600_000, isBelieved: false), Row(delay: -1, isBelieved: false),
        Row(delay: -3_600_000, isBelieved: false),
    ]

    @Test(arguments: rows)
    func `a sender is believed whose pictures are a little older than now`(row: Row) {
        var capture = CaptureClock()
        capture.sender = Self.wall + (500 - row.delay) * 1_000_000
        Self.send(0..<10, from: 500, to: &capture)
        #expect(Self.zero(&capture) == (row.isBelieved ? 500 - row.delay : 500))
    }

    @Test(arguments: [Int64.min, .max, 0])
    func `no report stops it`(told: Int64) {
        var capture = CaptureClock()
        capture.sender = told
        Self.send(0..<10, from: 500, to: &capture)
        #expect(Self.zero(&capture) == 500)
    }

    @Test func `files of one source are dated by one clock, so that they adjoin`() {
        var (late, lost) = (CaptureClock(), CaptureClock())
        Self.send(0..<10, from: 500, to: &late)
        #expect(Self.zero(&late) == 500)
        late.sender = Self.wall + 200_000_000
        #expect(Self.zero(&late) == 500, "its first report came behind the first file's date")
        lost.sender = Self.wall + 200_000_000
        Self.send(0..<10, from: 500, to: &lost)
        #expect(Self.zero(&lost) == 200)
        lost.sender = 0
        #expect(Self.zero(&lost) == 500, "its clock was set wrong")
        lost.sender = Self.wall + 200_000_000
        #expect(Self.zero(&lost) == 500)
    }

    @Test func `a sender whose clock is slow is followed within two minutes`() {
        var capture = CaptureClock()
        Self.send(0..<10, from: 0, to: &capture)
        // A picture each second for an hour, of which each is a fifth of a millisecond late.
        for second in Int64(1)...3600 {
            capture.frameArrived(
                .seconds(second),
                at: Self.start + .seconds(second) + .microseconds(200 * second))
        }
        let zero = Self.zero(&capture) ?? 0
        #expect((696...720).contains(zero), "\(zero)")
    }
}
