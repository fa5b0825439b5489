import Pacer
import Testing
import Timing

/// The original's law, number by number.
@Suite struct LeakyBucketTests {
    struct Wait: Sendable, CustomTestStringConvertible {
        var ticks: UInt32
        var sinceSent: Interval
        var waiting: Int
        var wait: Interval
        var testDescription: String { "\(ticks) ticks, \(waiting) waiting" }
    }

    static let waits = [
        Wait(ticks: 3_000, sinceSent: .zero, waiting: 0, wait: .init(nanoseconds: 33_333_333)),
        Wait(
            ticks: 3_600, sinceSent: .milliseconds(15), waiting: 4, wait: .milliseconds(25)),
        Wait(ticks: 3_960, sinceSent: .zero, waiting: 5, wait: .milliseconds(40)),  // 44 / 1.1
        Wait(ticks: 3_600, sinceSent: .milliseconds(41), waiting: 0, wait: .zero),
        Wait(ticks: 90_000, sinceSent: .zero, waiting: 0, wait: .milliseconds(200)),
        Wait(ticks: 0 &- 1, sinceSent: .zero, waiting: 0, wait: .milliseconds(200)),
    ]

    @Test(arguments: waits) func `waits as the original did`(row: Wait) {
        var bucket = LeakyBucket(clockRate: 90_000)
        let begin = Instant(nanoseconds: 1_000_000_000)
        #expect(bucket.take(timestamp: 1_000, waiting: 0, at: begin) == begin)
        bucket.frameSent(at: begin)
        let taken = begin + row.sinceSent
        let due = bucket.take(timestamp: 1_000 &+ row.ticks, waiting: row.waiting, at: taken)
        #expect(due - taken == row.wait)
    }

    @Test func `sound waits by its own clock`() {
        var bucket = LeakyBucket(clockRate: 48_000)
        let begin = Instant(nanoseconds: 1_000_000_000)
        _ = bucket.take(timestamp: 7, waiting: 0, at: begin)
        bucket.frameSent(at: begin)
        let due = bucket.take(timestamp: 7 + 960, waiting: 0, at: begin)
        #expect(due - begin == .milliseconds(20))
    }

    @Test func `tuned as its users did, it holds more, and hurries sooner and faster`() {
        var configuration = LeakyBucketConfiguration()
        (configuration.capacity, configuration.catchUpThreshold) = (20, 3)
        configuration.speedPerMille = 1_200
        var bucket = LeakyBucket(clockRate: 90_000, configuration: configuration)
        let begin = Instant(nanoseconds: 1_000_000_000)
        let rooms = [19, 20].map { bucket.admits(waiting: $0) }
        #expect(rooms == [true, false])
        _ = bucket.take(timestamp: 0, waiting: 0, at: begin)
        bucket.frameSent(at: begin)
        let due = bucket.take(timestamp: 4_320, waiting: 3, at: begin)
        #expect(due - begin == .milliseconds(40))  // 48 / 1.2
        #expect(bucket.counters.catchUps == 1)
    }

    @Test func `every timer's lateness is added to all that follows`() {
        var bucket = LeakyBucket(clockRate: 90_000)
        var now = Instant(nanoseconds: 0)
        for number in 0...100 {
            now = bucket.take(timestamp: UInt32(number) * 3_600, waiting: 0, at: now)
            now = now + .microseconds(100)
            bucket.frameSent(at: now)
        }
        #expect(now == Instant(nanoseconds: 0) + .milliseconds(4_000) + .microseconds(100) * 101)
    }

    @Test func `ten frames wait beside the one in hand, and the reader blocks`() {
        var configuration = PacerConfiguration()
        configuration.law = .leakyBucket
        var session = PacedSession(configuration)
        let track = session.addTrack(.video, clockRate: 90_000)
        var now = Instant(nanoseconds: 1_000_000_000)
        func frame(_ number: Int) -> PacedPacket {
            PacedPacket(
                payload: number, track: track, timestamp: UInt32(number) * 3_600, byteCount: 1)
        }
        for number in 0...10 { #expect(session.enqueue(frame(number), at: now) == .queued) }
        #expect(session.enqueue(frame(11), at: now) == .refused)
        #expect(session.enqueue(frame(11), at: now) == .refused)  // offered again: counted once
        #expect(session.nextDeparture()?.packet.payload == 0)
        #expect(session.enqueue(frame(11), at: now) == .queued)
        var order: [Int] = []
        while let deadline = session.nextDeadline {
            now = max(now, deadline)
            session.advance(to: now)
            while let departure = session.nextDeparture() { order.append(departure.packet.payload) }
        }
        #expect(order == Array(1...11))
        let statistics = session.statistics
        #expect(statistics.video.burstItems == 1)
        #expect(statistics.video.burstEpisodes == 1)
        #expect(statistics.video.catchUpItems == 6)  // ten, nine … five waiting
        #expect(statistics.video.catchUpEpisodes == 1)
    }

    @Test func `a frame larger than the queue leaves all the same, and blocks nobody for good`() {
        var configuration = PacerConfiguration()
        (configuration.law, configuration.packetCapacity) = (.leakyBucket, 8)
        var session = PacedSession(configuration)
        let track = session.addTrack(.video, clockRate: 90_000)
        var (now, left) = (Instant(nanoseconds: 1_000_000_000), [Int]())
        var next = 0
        for _ in 0..<1_000 where next < 40 {
            let packet = PacedPacket(
                payload: next, track: track, timestamp: UInt32(next / 20) * 3_600,
                byteCount: 1_200, isFrameEnd: next % 20 == 19)
            if session.enqueue(packet, at: now) == .queued { next += 1 }
            now = now + .milliseconds(1)
            session.advance(to: now)
            while let departure = session.nextDeparture() { left.append(departure.packet.payload) }
            session.checkInvariants()
        }
        #expect(next == 40)
        #expect(left.starts(with: 0..<28))
    }
}
