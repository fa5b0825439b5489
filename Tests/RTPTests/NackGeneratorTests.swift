import RTP
import Testing
import Timing

@Suite struct NackGeneratorTests {
    static func at(_ milliseconds: Int64) -> Instant {
        Instant(nanoseconds: milliseconds * 1_000_000)
    }

    var generator = NackGenerator()
    var requests: [UInt16] = []

    mutating func arrive(_ numbers: [UInt16], at milliseconds: Int64) {
        for number in numbers {
            let action = generator.packetArrived(number, at: Self.at(milliseconds))
            #expect(action == .none)
        }
    }

    mutating func advance(to milliseconds: Int64) -> [UInt16] {
        requests.removeAll(keepingCapacity: true)
        let action = generator.advance(to: Self.at(milliseconds), into: &requests)
        #expect(action == .none)
        if let deadline = generator.nextDeadline { #expect(deadline > Self.at(milliseconds)) }
        return requests
    }

    mutating func expect(_ expected: [UInt16], at milliseconds: Int64) {
        let asked = advance(to: milliseconds)
        #expect(asked == expected, "at \(milliseconds) ms")
    }

    mutating func expectKeyframe(_ number: UInt16) {
        let action = generator.packetArrived(number, at: Self.at(0))
        #expect(action == .requestKeyframe)
    }

    @Test(arguments: [0, 1, 127, 128, 32767, 32768, 65535] as [UInt16])
    mutating func `a gap is asked for at the second newer packet`(start: UInt16) {
        arrive([start, start &+ 3], at: 0)
        expect([], at: 0)
        arrive([start &+ 4], at: 1)
        #expect(generator.nextDeadline == Self.at(1))
        expect([start &+ 1, start &+ 2], at: 1)
        expect([], at: 1)
    }

    @Test mutating func `a gap is asked for after the tolerance when nothing follows`() {
        arrive([1, 3], at: 0)
        #expect(generator.nextDeadline == Self.at(10))
        expect([], at: 9)
        expect([2], at: 10)
    }

    @Test mutating func `a packet merely late is not asked for`() {
        arrive([1, 3, 2], at: 0)
        #expect(generator.nextDeadline == nil)
        arrive([4, 5], at: 1)
        expect([], at: 100)
    }

    @Test mutating func `asks again after a round trip and a quarter, never within 20 ms`() {
        generator.roundTripTime = .milliseconds(80)
        arrive([1, 3], at: 0)
        expect([2], at: 10)
        #expect(generator.nextDeadline == Self.at(110))
        expect([], at: 109)
        generator.roundTripTime = .milliseconds(1)
        expect([2], at: 110)
        #expect(generator.nextDeadline == Self.at(130))
    }

    @Test mutating func `gives up after ten tries and asks for a key frame`() {
        generator.roundTripTime = .milliseconds(16)
        arrive([1, 3], at: 0)
        var asked = 0
        var time: Int64 = 10
        while asked < NackGenerator.tryLimit {
            asked += advance(to: time).count
            time += 20
        }
        requests.removeAll()
        let action = generator.advance(to: Self.at(time), into: &requests)
        #expect(action == .requestKeyframe)
        #expect(requests.isEmpty)
        #expect(generator.outstandingCount == 0)
        #expect(generator.nextDeadline == nil)
    }

    @Test mutating func `a gap of more than 512 asks for a key frame at once`() {
        arrive([0], at: 0)
        expectKeyframe(514)
        #expect(generator.outstandingCount == 0)
        arrive([515, 1027 + 1], at: 0)
        #expect(generator.outstandingCount == 512)
        expectKeyframe(1030)
    }

    @Test mutating func `a key frame makes older losses worthless`() {
        arrive([1, 3, 5, 6], at: 0)
        generator.keyframeArrived(3)
        #expect(generator.outstandingCount == 1)
        expect([4], at: 10)
        generator.keyframeArrived(6)
        #expect(generator.nextDeadline == nil)
    }

    @Test mutating func `what arrives is no longer asked for`() {
        arrive([1, 5, 6], at: 0)
        expect([2, 3, 4], at: 0)
        arrive([3], at: 5)
        expect([2, 4], at: 200)
        arrive([2, 4, 4], at: 201)
        #expect(generator.nextDeadline == nil)
    }

    @Test mutating func `what comes after it was asked for is recovered, what is only late is not`()
    {
        arrive([1, 4, 3], at: 0)
        #expect(generator.recoveredCount == 0)
        expect([2], at: 10)
        arrive([2, 2], at: 30)
        #expect(generator.recoveredCount == 1)
    }

    @Test(arguments: UInt64(1)...50)
    mutating func `on a path that loses requests too, all is got or given up`(seed: UInt64) {
        var random = Seeded(state: seed)
        generator.roundTripTime = .milliseconds(40)
        var underway: [(due: Int64, number: UInt16)] = []
        for step in 0..<2_000 {
            let now = Int64(step) * 2
            let number = UInt16(truncatingIfNeeded: 65_000 + step)
            if step == 0 || step > 1_990 || random.next() % 20 != 0 {
                arrive([number], at: now)
            }
            for (due, late) in underway where due <= now { arrive([late], at: due) }
            underway.removeAll { $0.due <= now }
            for asked in advance(to: now) where random.next() % 5 != 0 {
                underway.append((now + 40, asked))
            }
            #expect(generator.outstandingCount <= NackGenerator.outstandingLimit)
        }
        var now: Int64 = 4_000
        while generator.nextDeadline != nil, now < 10_000 {
            for (_, late) in underway { arrive([late], at: now) }
            underway = advance(to: now).map { (now, $0) }
            now += 10
        }
        #expect(generator.nextDeadline == nil)
    }
}
