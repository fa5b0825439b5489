import RTP
import Testing
import Timing
import Wire

@testable import SFU

@Suite struct ReceiveStreamTests {
    static let start = Instant(nanoseconds: 1_000_000_000)
    static let starts: [UInt16] = [0, 1, 127, 128, 32_767, 32_768, 65_528, 65_535]

    /// A stream over slots of its own, fed by wire numbers as a socket would.
    struct Feed: ~Copyable {
        var stream: ReceiveStream
        var slab: PacketSlab

        init(capacity: Int, slots: Int) {
            stream = ReceiveStream(
                ssrc: 7, clockRate: 90_000, capacity: capacity, requestsLost: false,
                hasParameterPackets: true, at: start)
            slab = PacketSlab(capacity: slots)
        }

        mutating func insert(
            _ number: UInt16, timestamp: UInt32 = 0, isKeyframe: Bool = false
        ) -> DropReason? {
            guard let slot = slab.take() else { return .slabExhausted }
            var record = PacketRecord.vacant
            record.sequence = stream.unwrapped(number)
            (record.timestamp, record.isKeyframe) = (timestamp, isKeyframe)
            record.slot = slot
            let reason = stream.insert(record, isRetransmission: false, at: start)
            if reason != nil { slab.give(slot) }
            return reason
        }

        mutating func endFanOut(of count: Int) { _ = stream.burstSent(count, &slab) }

        var heldCount: Int { slab.capacity - slab.freeCount }
        var isExact: Bool { heldCount == stream.slotCount }
    }

    @Test(arguments: starts) func `a packet is taken once, wherever the numbers begin`(
        start: UInt16
    ) {
        var feed = Feed(capacity: 16, slots: 64)
        for step in UInt16(0)..<16 {
            let (first, second) = (feed.insert(start &+ step), feed.insert(start &+ step))
            #expect(first == nil && second == .duplicate)
        }
        let isExact = feed.isExact
        #expect(isExact && feed.stream.burst.count == 16)
    }

    @Test func `fan-outs that follow one another without end keep no slots but the ring's`() {
        var feed = Feed(capacity: 16, slots: 64)
        for number in UInt16(0)..<1000 {
            let reason = feed.insert(number)
            #expect(reason == nil)
            // The one before has been sent; this one came while it was.
            if number > 0 { feed.endFanOut(of: 1) }
            let (isExact, held) = (feed.isExact, feed.heldCount)
            #expect(isExact && held <= 17)
        }
        #expect(feed.stream.burst.count == 1)
    }

    @Test func `what waits to be sent keeps its slots, though the ring has gone on`() {
        var feed = Feed(capacity: 16, slots: 64)
        for number in UInt16(0)..<40 { _ = feed.insert(number) }
        let slots = feed.stream.burst.map(\.slot)
        feed.endFanOut(of: 10)
        var isExact = feed.isExact
        #expect(isExact && feed.stream.burst.map(\.slot) == Array(slots[10...]))
        var taken: [UInt32] = []
        while let slot = feed.slab.take() { taken.append(slot) }
        #expect(taken.count == 34 && Set(taken).isDisjoint(with: slots[10...]))
        for slot in taken { feed.slab.give(slot) }
        feed.endFanOut(of: 30)
        isExact = feed.isExact
        #expect(isExact && feed.stream.slotCount == 16)
    }

    @Test(arguments: starts) func `a packet older than the ring is too late`(start: UInt16) {
        var feed = Feed(capacity: 16, slots: 64)
        let reasons = [0, 20, 4, 5, 20].map { feed.insert(start &+ $0) }
        #expect(reasons == [nil, nil, .tooLate, nil, .duplicate])
    }

    @Test(arguments: starts)
    func `a key frame leads as far back as what may still come of it`(start: UInt16) {
        // What came of the numbers before 9, the picture's first packet, and how far it leads.
        let cases: [(of: [UInt16], before: [UInt16], lead: UInt8)] = [
            ([7, 8], [6], 0), ([8], [6], 2), ([7], [6], 1), ([], [6], 2), ([6, 8], [3], 5),
            ([], [0], 8), ([8], [], 0),
        ]
        for (of, before, lead) in cases {
            var feed = Feed(capacity: 16, slots: 64)
            for number in before { _ = feed.insert(start &+ number, timestamp: 3000) }
            for number in of { _ = feed.insert(start &+ number, timestamp: 6000) }
            _ = feed.insert(start &+ 9, timestamp: 6000, isKeyframe: true)
            let keyframe = feed.stream.burst.last
            #expect(keyframe?.leadCount == lead, "\(of) of it, \(before) before")
            #expect(
                feed.stream.pictures?.sequence == keyframe.map { $0.sequence - Int64(lead) })
            // If it was missing, it is of the picture before.
            _ = feed.insert(start &+ 8, timestamp: 3000)
            let begins = of.contains(8) ? Int64(lead) : 0
            #expect(
                feed.stream.pictures?.sequence == keyframe.map { $0.sequence - begins })
        }
    }

    @Test func `a displaced packet's slot is given back only after the burst has been sent`() {
        var feed = Feed(capacity: 16, slots: 64)
        for number in UInt16(0)..<40 {
            let reason = feed.insert(number)
            #expect(reason == nil)
        }
        #expect(feed.stream.ringCount == 16 && feed.stream.slotCount == 40)
        let during = feed.heldCount
        _ = feed.stream.burstSent(feed.stream.burst.count, &feed.slab)
        let after = feed.heldCount
        #expect(during == 40 && after == 16 && feed.stream.burst.isEmpty)
        let (kept, gone) = (feed.stream.record(at: 24), feed.stream.record(at: 23))
        #expect(kept?.sequence == 24 && gone == nil)
        feed.stream.releaseAll(&feed.slab)
        let left = feed.heldCount
        #expect(left == 0 && feed.stream.slotCount == 0)
    }

    @Test(arguments: starts) func `shedding keeps the newer half, and takes nothing again`(
        start: UInt16
    ) {
        var feed = Feed(capacity: 64, slots: 128)
        for step in UInt16(0)..<40 { _ = feed.insert(start &+ step) }
        _ = feed.stream.burstSent(feed.stream.burst.count, &feed.slab)
        feed.stream.shed(&feed.slab)
        let held = feed.heldCount
        #expect(held == 20 && feed.stream.ringCount == 20)
        let (again, there) = (feed.insert(start &+ 19), feed.insert(start &+ 20))
        #expect(again == .tooLate, "its number may not stand for another packet")
        #expect(there == .duplicate)
        let next = feed.insert(start &+ 40)
        #expect(next == nil)
    }

    @Test func `shedding spares what is still to be sent`() {
        var feed = Feed(capacity: 64, slots: 128)
        for number in UInt16(0)..<40 { _ = feed.insert(number) }
        feed.stream.shed(&feed.slab)
        let during = feed.heldCount
        #expect(during == 40 && feed.stream.ringCount == 20)
        _ = feed.stream.burstSent(feed.stream.burst.count, &feed.slab)
        let after = feed.heldCount
        #expect(after == 20)
    }

    @Test(arguments: 0..<20) func `no slot is lost or given twice, whatever comes`(seed: UInt64) {
        var feed = Feed(capacity: 32, slots: 96)
        var state = seed &+ 1
        func draw(_ bound: UInt64) -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state >> 33) % bound
        }
        var number = UInt16(truncatingIfNeeded: seed &* 9973)
        for _ in 0..<5000 {
            switch draw(20) {
            case 0: _ = feed.stream.burstSent(feed.stream.burst.count, &feed.slab)
            case 1: feed.stream.shed(&feed.slab)
            case 2: number &+= UInt16(draw(3000))
            case 3...6: _ = feed.insert(number &- UInt16(draw(50)))
            default:
                number &+= 1
                _ = feed.insert(number)
            }
            let isExact = feed.isExact
            #expect(isExact)
        }
        feed.stream.releaseAll(&feed.slab)
        let left = feed.heldCount
        #expect(left == 0)
    }
}
