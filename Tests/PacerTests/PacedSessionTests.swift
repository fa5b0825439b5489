import Pacer
import Testing
import Timing

@Suite struct PacedSessionTests {
    private let begin = Instant(nanoseconds: 3_000_000_000)

    /// Hands a frame of `count` packets in at once.
    private func frame(
        _ number: Int, of count: Int, to session: inout PacedSession, track: Int = 0,
        isKeyframe: Bool = false, late: Interval = .zero
    ) -> [Admission] {
        (0..<count).map { index in
            let packet = PacedPacket(
                payload: number * 1_000 + index, track: track, timestamp: UInt32(number) * 3_000,
                byteCount: 1_200, isFrameEnd: index == count - 1, isKeyframe: isKeyframe)
            let captured = begin + Interval(nanoseconds: Int64(number) * 100_000_000 / 3)
            return session.enqueue(packet, at: captured + late)
        }
    }

    /// Runs until nothing waits or `end`; answers each departure with its time.
    private func drain(
        _ session: inout PacedSession, until end: Instant? = nil, late: Interval = .zero
    ) -> [(at: Instant, departure: Departure)] {
        var departures: [(at: Instant, departure: Departure)] = []
        while let deadline = session.nextDeadline, deadline <= end ?? deadline {
            let now = deadline + late
            session.advance(to: now)
            var count = 0
            while let departure = session.nextDeparture() {
                departures.append((now, departure))
                count += 1
            }
            if late == .zero { #expect(count > 0, "woken for nothing") }
            if let next = session.nextDeadline { #expect(next > now, "it would spin") }
            session.checkInvariants()
        }
        return departures
    }

    static let shares: [(Int, [Int])] = [
        (1, [1]), (4, [4]), (5, [3, 2]), (8, [4, 4]), (9, [3, 3, 3]), (10, [4, 3, 3]),
        (13, [4, 3, 3, 3]), (16, [4, 4, 4, 4]),
    ]

    @Test(arguments: shares) func `packets leave in equal groups of four at most`(
        count: Int, groups: [Int]
    ) {
        var session = PacedSession()
        _ = session.addTrack(.video, clockRate: 90_000)
        for number in 0..<3 { _ = frame(number, of: count, to: &session) }
        let departures = drain(&session).filter { $0.departure.packet.timestamp == 6_000 }
        let times = Set(departures.map(\.at)).sorted()
        #expect(times.map { time in departures.count { $0.at == time } } == groups)
        #expect(times[times.count - 1] - times[0] <= .milliseconds(8))
    }

    @Test func `a frame leaves within half its interval`() {
        var session = PacedSession()
        let track = session.addTrack(.video, clockRate: 90_000)
        var longest = Interval.zero
        for number in 0..<400 {  // 100 frames a second
            let now = begin + .milliseconds(10) * Int64(number)
            for index in 0..<20 {
                _ = session.enqueue(
                    PacedPacket(
                        payload: 0, track: track, timestamp: UInt32(number) * 900, byteCount: 500,
                        isFrameEnd: index == 19), at: now)
            }
            let departures = drain(&session, until: now + .milliseconds(10))
            guard number > 100, let first = departures.first, let last = departures.last else {
                continue
            }
            longest = max(longest, last.at - first.at)
        }
        let longestSpread = longest
        #expect(longestSpread >= .milliseconds(3))
        #expect(longestSpread <= .milliseconds(5))
    }

    @Test func `never more than eight packets in a millisecond, however late the timer`() {
        var session = PacedSession()
        _ = session.addTrack(.video, clockRate: 90_000)
        let audio = session.addTrack(.audio, clockRate: 48_000)
        for number in 0..<4 { _ = frame(number, of: 100, to: &session) }
        for number in 0..<20 {
            let packet = PacedPacket(
                payload: 0, track: audio, timestamp: UInt32(number) * 240, byteCount: 100)
            _ = session.enqueue(packet, at: begin + .milliseconds(100))
        }
        let times = drain(&session, late: .milliseconds(7)).map { $0.at.nanoseconds }
        #expect(times.count == 420)
        for (first, ninth) in zip(times, times.dropFirst(8)) { #expect(ninth - first >= 1_000_000) }
    }

    @Test func `control goes first, then sound, then the picture`() {
        var session = PacedSession()
        let video = session.addTrack(.video, clockRate: 90_000)
        let audio = session.addTrack(.audio, clockRate: 48_000)
        let control = session.addTrack(.control, clockRate: 1)
        for track in [video, audio, control] {
            let packet = PacedPacket(payload: track, track: track, timestamp: 0, byteCount: 100)
            _ = session.enqueue(packet, at: begin)
        }
        session.advance(to: begin + .milliseconds(50))
        var order: [Int] = []
        while let departure = session.nextDeparture() { order.append(departure.packet.track) }
        #expect(order == [control, audio, video])
    }

    @Test func `a frame whose end never comes is over when the next one begins`() {
        var session = PacedSession()
        let track = session.addTrack(.video, clockRate: 90_000)
        for number in 0..<5 {
            let packet = PacedPacket(
                payload: number, track: track, timestamp: UInt32(number) * 3_000, byteCount: 100,
                isFrameEnd: false)
            let captured = begin + .milliseconds(Int64(number) * 33)
            #expect(session.enqueue(packet, at: captured) == .queued)
            #expect(drain(&session, until: captured + .milliseconds(20)).count == 1)
        }
        #expect(session.statistics.video.framesSent == 4)
    }

    @Test func `an estimate is a bound that packets wait for`() {
        var session = PacedSession()
        _ = session.addTrack(.video, clockRate: 90_000)
        session.bandwidthEstimated(bitsPerSecond: 400_000)  // a megabit with the factor
        _ = frame(0, of: 100, to: &session)
        let departures = drain(&session)
        let rate = Double(96 * 1_200 * 8) / (departures[99].at - departures[0].at).seconds
        #expect((900_000...1_050_000).contains(rate))
    }

    @Test func `a full recording refuses, and loses nothing`() {
        var configuration = PacerConfiguration()
        (configuration.policy, configuration.packetCapacity) = (.recording, 64)
        var session = PacedSession(configuration)
        _ = session.addTrack(.video, clockRate: 90_000)
        let admissions = frame(0, of: 80, to: &session)
        #expect(admissions.count { $0 == .queued } == 64)
        #expect(admissions.count { $0 == .refused } == 16)
        #expect(drain(&session).map(\.departure.packet.payload) == Array(0..<64))
    }

    @Test func `a full live queue goes on at the next key frame, and gives every packet back`() {
        var configuration = PacerConfiguration()
        configuration.packetCapacity = 64
        var session = PacedSession(configuration)
        _ = session.addTrack(.video, clockRate: 90_000)
        var mine = 0
        for number in 0..<20 {  // nothing is drained: ten packets a frame fill it
            mine += frame(number, of: 10, to: &session).count { $0 != .queued }
        }
        let departures = drain(&session)
        #expect(departures.count + mine == 200)
        #expect(departures.allSatisfy { $0.departure.dropReason == .queueFull })
        #expect(
            frame(20, of: 10, to: &session)
                == Array(repeating: .dropped(.awaitingKeyframe), count: 10))
        #expect(frame(21, of: 10, to: &session, isKeyframe: true).allSatisfy { $0 == .queued })
        #expect(drain(&session).count { $0.departure.dropReason == nil } == 10)
        #expect(session.statistics.framesDropped[.queueFull] == 7)
    }

    @Test func `reconnecting keeps what waits and begins with any timestamp`() {
        var session = PacedSession()
        let track = session.addTrack(.video, clockRate: 90_000)
        for number in 0..<30 { _ = frame(number, of: 1, to: &session) }
        session.reconnected()
        let again = begin + .seconds(9)
        let packet = PacedPacket(payload: 7, track: track, timestamp: 99, byteCount: 1)
        _ = session.enqueue(packet, at: again)
        let departures = drain(&session)
        #expect(departures.count == 30 + 1)
        #expect(departures[30].at - again < .milliseconds(20))  // behind those thirty
    }
}
