import Pacer
import Testing
import Timing

@Suite struct MediaClockTests {
    private var clock = MediaClock()
    private let video: Int
    private let audio: Int
    private let begin = Instant(nanoseconds: 7_000_000_000)

    init() {
        video = clock.addTrack(clockRate: 90_000, interval: .milliseconds(40))
        audio = clock.addTrack(clockRate: 48_000, interval: .milliseconds(20))
    }

    /// The video frame of a moment, 25 a second, `late` behind it; answers its deadline's delay.
    @discardableResult
    private mutating func video(_ number: Int, late: Interval) -> Interval {
        let captured = begin + .milliseconds(Int64(number) * 40)
        let mediaTime = clock.frameArrived(
            track: video, timestamp: UInt32(number) * 3_600, at: captured + late)
        return clock.deadline(track: video, mediaTime: mediaTime) - captured
    }

    @Test mutating func `a late frame moves the deadlines at once, time moves them back slowly`() {
        for number in 0..<200 { video(number, late: .milliseconds(10)) }
        #expect(video(200, late: .milliseconds(25)) == .milliseconds(25))
        #expect(video(201, late: .milliseconds(10)) < .milliseconds(25))
        #expect(video(211, late: .milliseconds(10)) > .milliseconds(16))  // 2 % of 0.4 s is 8 ms
        #expect(video(240, late: .milliseconds(10)) == .milliseconds(11))  // the margin
    }

    @Test mutating func `delay above twenty milliseconds is played off half as fast again`() {
        for number in 0..<200 { video(number, late: .milliseconds(10)) }
        video(200, late: .milliseconds(1_010))
        #expect(clock.excess > .milliseconds(990))
        clock.advance(to: begin + .milliseconds(200 * 40 + 1_050))
        #expect(clock.isCatchingUp)
        clock.advance(to: begin + .milliseconds(200 * 40 + 2_010))
        let excess = clock.excess
        #expect(excess >= .milliseconds(450))
        #expect(excess <= .milliseconds(550))
        #expect(clock.counters.catchUps == 1)
    }

    @Test mutating func `a stall teaches the envelope nothing`() {
        for number in 0..<200 { video(number, late: .milliseconds(10)) }
        let target = clock.target
        for number in 200..<250 { video(number, late: .milliseconds(Int64(250 - number) * 40)) }
        for number in 250..<500 { video(number, late: .milliseconds(10)) }
        #expect((clock.target - target) < .milliseconds(2))
        #expect(clock.counters.stalls == 1)
        #expect(clock.counters.pathAnchors == 0)
    }

    @Test mutating func `a path that became slower for good is learnt`() {
        for number in 0..<200 { video(number, late: .milliseconds(10)) }
        for number in 200..<400 { video(number, late: .milliseconds(510)) }
        #expect(clock.counters.pathAnchors == 1)
        #expect(video(400, late: .milliseconds(510)) < .milliseconds(515))
        #expect(clock.excess <= .milliseconds(2))
    }

    @Test mutating func `a track whose first packet was late finds its place within two seconds`() {
        for number in 0..<50 {
            video(number, late: .milliseconds(10))
            let captured = begin + .milliseconds(Int64(number) * 40)
            let late = Interval.milliseconds(number == 0 ? 30 : 10)  // behind the first key frame
            let mediaTime = clock.frameArrived(
                track: audio, timestamp: 5_000 + UInt32(number) * 1_920, at: captured + late)
            guard number == 49 else { continue }
            let delay = clock.deadline(track: audio, mediaTime: mediaTime) - captured
            let wanted = video(50, late: .milliseconds(10))
            #expect((delay - wanted).nanoseconds.magnitude < 1_000_000)
        }
    }

    @Test mutating func `sender reports draw the tracks together, slowly`() {
        let ntp = NTPTimestamp(unixNanoseconds: 1_700_000_000_000_000_000)
        for number in 0..<2_000 {
            video(number, late: .milliseconds(10))
            // Sound takes 40 ms longer to come than the picture of its moment.
            let captured = begin + .milliseconds(Int64(number) * 40)
            let mediaTime = clock.frameArrived(
                track: audio, timestamp: UInt32(number) * 1_920, at: captured + .milliseconds(50))
            if number == 0 {
                clock.senderReport(track: video, timestamp: 0, at: ntp)
                clock.senderReport(track: audio, timestamp: 0, at: ntp)
            }
            guard number == 1_999 else { continue }
            let delay = clock.deadline(track: audio, mediaTime: mediaTime) - captured
            let picture = video(2_000, late: .milliseconds(10))
            #expect((delay - picture).nanoseconds.magnitude < 1_500_000)
            #expect(delay >= .milliseconds(50))
        }
    }

    @Test mutating func `sender reports that are hours wrong are not believed`() {
        let ntp = NTPTimestamp(unixNanoseconds: 1_700_000_000_000_000_000)
        let wrong = NTPTimestamp(unixNanoseconds: 1_700_007_200_000_000_000)
        for number in 0..<500 {
            video(number, late: .milliseconds(10))
            let captured = begin + .milliseconds(Int64(number) * 40)
            let mediaTime = clock.frameArrived(
                track: audio, timestamp: UInt32(number) * 1_920, at: captured + .milliseconds(10))
            if number == 0 {
                clock.senderReport(track: video, timestamp: 0, at: ntp)
                clock.senderReport(track: audio, timestamp: 0, at: wrong)
            }
            let delay = clock.deadline(track: audio, mediaTime: mediaTime) - captured
            #expect(delay < .milliseconds(15))
        }
    }

    @Test mutating func `connecting again joins what comes by its arrival`() {
        for number in 0..<100 { video(number, late: .milliseconds(10)) }
        clock.reconnected()
        let again = begin + .seconds(20)
        let mediaTime = clock.frameArrived(track: video, timestamp: 77, at: again)
        #expect((clock.deadline(track: video, mediaTime: mediaTime) - again) < .milliseconds(3))
        #expect(clock.counters.reconnectAnchors == 1)
    }
}
