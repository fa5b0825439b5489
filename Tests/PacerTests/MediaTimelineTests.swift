import Pacer
import Testing
import Timing

/// The rules by which timestamps are mended, seen through a clock of one video track.
@Suite struct MediaTimelineTests {
    private var clock = MediaClock()
    private let track: Int
    private var now = Instant(nanoseconds: 5_000_000_000)
    private let frame = Interval(nanoseconds: 33_333_333)

    init() { track = clock.addTrack(clockRate: 90_000, interval: .milliseconds(33)) }

    /// The media time in whole milliseconds of a frame that comes `interval` after the one before.
    private mutating func place(_ timestamp: UInt32, after interval: Interval? = nil) -> Int64 {
        now = now + (interval ?? frame)
        let mediaTime = clock.frameArrived(track: track, timestamp: timestamp, at: now)
        return (mediaTime.nanoseconds + 500_000) / 1_000_000
    }

    @Test(arguments: [0, 1, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_F000, 0xFFFF_FFFF] as [UInt32])
    mutating func `time runs evenly from any first timestamp`(first: UInt32) {
        let times = (0..<100).map { place(first &+ UInt32($0) * 3_000) }
        let wanted = (0..<100).map { Int64(Double($0) * 100 / 3 + 0.5) }
        #expect(times == wanted)
        #expect(clock.repairs(of: track).wraps == (first > 0xFFFF_0000 ? 1 : 0))
    }

    @Test mutating func `a gap that arrivals confirm stays a gap`() {
        _ = place(0)
        #expect(place(90_000 * 60, after: .milliseconds(59_800)) == 60_000)
        #expect(clock.repairs(of: track) == TimelineRepairs())
    }

    @Test(arguments: [90_000 * 3_600, 0 &- 90_000 * 3_600] as [UInt32])
    mutating func `one stray timestamp is passed over`(distance: UInt32) {
        for number in 0..<30 { _ = place(UInt32(number) * 3_000) }
        #expect(place(30 * 3_000 &+ distance) == 1_000)
        #expect(place(31 * 3_000) == 1_033)
        #expect(clock.repairs(of: track).outliers == 1)
        #expect(clock.counters.epochAnchors == 0)
    }

    @Test(arguments: [90_000 * 3_600, 0 &- 90_000 * 3_600, 0x9000_0000] as [UInt32])
    mutating func `a jump that three frames confirm is joined by arrival`(distance: UInt32) {
        for number in 0..<30 { _ = place(UInt32(number) * 3_000) }
        let jumped = (30..<40).map { number in
            place(
                UInt32(number) * 3_000 &+ distance, after: number == 30 ? .milliseconds(733) : nil)
        }
        #expect(abs(jumped[2] - (967 + 733 + 67)) <= 1)  // the camera's pause stays a pause
        let steps = zip(jumped.dropFirst(3), jumped.dropFirst(2)).map { $0 - $1 }
        #expect(steps.allSatisfy { $0 == 33 || $0 == 34 })
        let repairs = clock.repairs(of: track)
        #expect(repairs.jumps + repairs.resets == 1)
        #expect(clock.counters.epochAnchors == 1)
    }

    @Test mutating func `a jump of four seconds that no pause explains is joined by arrival`() {
        for number in 0..<30 { _ = place(UInt32(number) * 3_000) }
        let jumped = (30..<40).map { place(UInt32($0) * 3_000 + 360_000) }
        #expect(jumped[9] == 1_300)
        #expect(clock.repairs(of: track).jumps == 1)
    }

    @Test mutating func `frames that come all at once are not taken for a jump`() {
        let times = (0..<90).map { place(UInt32($0) * 3_000, after: .zero) }  // a cached group
        #expect(times[89] == 2_967)
        #expect(clock.repairs(of: track) == TimelineRepairs())
    }

    @Test mutating func `a frozen timestamp is replaced by arrival`() {
        for number in 0..<10 { _ = place(UInt32(number) * 3_000) }
        var newest: Int64 = 300
        for _ in 0..<60 {
            let next = place(27_000, after: .milliseconds(40))
            #expect(next >= newest)
            newest = next
        }
        #expect((2_500...2_740).contains(newest))
        #expect(clock.repairs(of: track).frozen == 60)
    }

    @Test mutating func `two halves of a frame lie a tick apart`() {
        for number in 0..<10 {
            _ = place(UInt32(number) * 3_000)
            _ = place(UInt32(number) * 3_000, after: .zero)
        }
        #expect(place(30_000) == 333)
    }

    @Test mutating func `frames out of order move time forward all the same`() {
        let order: [UInt32] = (0..<20).flatMap { group in [3, 1, 2].map { group * 3 + $0 } }
        let times = order.map { place($0 * 3_000) }
        let isRising = zip(times.dropFirst(), times).allSatisfy { $0 > $1 }
        #expect(isRising)
        #expect((1_900...2_100).contains(times[59]))
        #expect(clock.repairs(of: track).backward == 40)
        #expect(clock.counters.epochAnchors == 0)
    }
}
