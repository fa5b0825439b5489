import RTP
import Testing
import Timing

@Suite struct StreamSplicerTests {
    static func header(_ number: UInt16, _ timestamp: UInt32, ssrc: UInt32) -> RTPHeader {
        RTPHeader(
            payloadType: 96, sequenceNumber: number, timestamp: timestamp, ssrc: ssrc,
            marker: number % 2 == 0)
    }

    static func at(_ milliseconds: Int64) -> Instant {
        Instant(nanoseconds: 0) + .milliseconds(milliseconds)
    }

    @Test(arguments: [0, 1, 127, 32_767, 32_768, 65_535] as [UInt16])
    func `numbers and times go on across a change of source and every wrap`(start: UInt16) {
        var splicer = StreamSplicer(
            ssrc: 9, payloadType: 102, clockRate: 90_000, sequenceNumber: 65_530, timestamp: 7)
        splicer.follow(1)
        var out: [RTPHeader] = []
        for index in UInt16(0)..<10 {
            let header = Self.header(start &+ index, 0xFFFF_FF00 &+ UInt32(index) * 3_000, ssrc: 1)
            if let sent = splicer.rewrite(header, at: Self.at(Int64(index) * 33)) {
                out.append(sent)
            }
        }
        splicer.follow(2)
        for index in UInt16(0)..<10 {
            let header = Self.header(
                start &* 3 &+ index, 5_000 &+ UInt32(index) * 3_000, ssrc: 2)
            let time = Self.at(297 + 40 + Int64(index) * 33)
            if let sent = splicer.rewrite(header, at: time) { out.append(sent) }
        }
        #expect(out.map(\.sequenceNumber) == (UInt16(0)..<20).map { 65_530 &+ $0 })
        let steps = zip(out, out.dropFirst()).map { $1.timestamp &- $0.timestamp }
        #expect(steps == (0..<19).map { $0 == 9 ? 3_600 : 3_000 })
        #expect(out.allSatisfy { $0.ssrc == 9 && $0.payloadType == 102 })
        #expect(out.first?.timestamp == 7)
    }

    @Test func `what a source lost stays lost, what comes late finds its place`() {
        var splicer = StreamSplicer(
            ssrc: 9, clockRate: 90_000, sequenceNumber: 0, timestamp: 0)
        splicer.follow(1)
        let sent = [100, 103, 101, 104].map { number in
            splicer.rewrite(Self.header(number, 0, ssrc: 1), at: Self.at(0))?.sequenceNumber
        }
        #expect(sent == [0, 3, 1, 4])
    }

    @Test func `other sources, and what lies before the first packet, have no place`() {
        var splicer = StreamSplicer(
            ssrc: 9, clockRate: 90_000, sequenceNumber: 0, timestamp: 0)
        #expect(splicer.rewrite(Self.header(1, 0, ssrc: 1), at: Self.at(0)) == nil)
        splicer.follow(2)
        #expect(splicer.rewrite(Self.header(1, 0, ssrc: 1), at: Self.at(0)) == nil)
        #expect(splicer.rewrite(Self.header(10, 0, ssrc: 2), at: Self.at(0)) != nil)
        #expect(splicer.rewrite(Self.header(9, 0, ssrc: 2), at: Self.at(0)) == nil)
    }
}

@Suite struct SenderClockTests {
    static let wall: Int64 = 1_700_000_000_000_000_000

    static func report(_ timestamp: UInt32, after seconds: Double) -> SenderReport {
        SenderReport(
            ssrc: 1,
            ntp: NTPTimestamp(unixNanoseconds: wall + Int64(seconds * 1_000_000_000)),
            rtpTimestamp: timestamp, packetCount: 0, octetCount: 0)
    }

    @Test func `timestamps around a report mean times around it, across the wrap`() throws {
        var clock = SenderClock(clockRate: 90_000)
        #expect(clock.unixNanoseconds(of: 0) == nil)
        clock.reportArrived(Self.report(45_000, after: 0))
        for (timestamp, seconds) in [(45_000, 0), (135_000, 1), (0, -0.5)] as [(UInt32, Double)] {
            let time = try #require(clock.unixNanoseconds(of: timestamp))
            #expect(abs(time - Self.wall - Int64(seconds * 1_000_000_000)) < 2)
        }
        let before = try #require(clock.unixNanoseconds(of: 0xFFFF_FFFF))
        #expect(abs(before - Self.wall + 500_011_111) < 2)
        #expect(clock.ntp(of: 45_000).map { abs($0.unixNanoseconds - Self.wall) < 2 } == true)
    }

    @Test func `a clock that is set is believed when three reports agree`() {
        var clock = SenderClock(clockRate: 90_000)
        let believed = [
            Self.report(0, after: 0), Self.report(90_000, after: 1.001),
            Self.report(180_000, after: 3_602), Self.report(270_000, after: 3),
            Self.report(360_000, after: 3_604), Self.report(450_000, after: 3_605),
            Self.report(540_000, after: 3_606), Self.report(630_000, after: 3_607),
        ].map { clock.reportArrived($0) }
        #expect(believed == [true, true, false, true, false, false, true, true])
        #expect(clock.disbelievedCount == 3)
        #expect(clock.unixNanoseconds(of: 630_000) == Self.wall + 3_607_000_000_000)
    }

    @Test func `a sender without a clock says nothing`() {
        var clock = SenderClock(clockRate: 8_000)
        let isBelieved = clock.reportArrived(
            SenderReport(
                ssrc: 1, ntp: NTPTimestamp(value: 0), rtpTimestamp: 5, packetCount: 0,
                octetCount: 0))
        #expect(!isBelieved && !clock.isKnown)
    }
}

@Suite struct DecodeTimesTests {
    /// The order of decoding of common structures: I P B B …, and a pyramid.
    static let structures: [(depth: UInt32, order: [Int64])] = [
        (0, [0, 1, 2, 3, 4, 5, 6]),
        (1, [0, 3, 1, 2, 6, 4, 5, 9, 7, 8]),
        (2, [0, 4, 2, 1, 3, 8, 6, 5, 7, 12, 10, 9, 11]),
    ]

    @Test(arguments: structures, [0, -70_000, 0xFFFF_FFFF] as [Int64])
    func `times of decoding rise and never pass those of showing`(
        structure: (depth: UInt32, order: [Int64]), start: Int64
    ) {
        var times = DecodeTimes(reorderedFrames: structure.depth, nominalStep: 3_000)
        var last = Int64.min
        for shown in structure.order.map({ start + $0 * 3_000 }) {
            let decoded = times.decodeTime(of: shown)
            #expect(decoded > last && decoded <= shown)
            last = decoded
        }
        #expect(times.lateCount == 0)
        // At the end the steps are those of the pictures.
        #expect(times.decodeTime(of: start + 100 * 3_000) - last <= 3_000 * 100)
    }

    @Test func `a depth that nobody told is learnt, and stays within sixteen`() {
        var times = DecodeTimes(reorderedFrames: nil, nominalStep: 1)
        var (last, late) = (Int64.min, 0)
        for group in Int64(0)..<50 {
            for shown in [0, 4, 2, 1, 3].map({ group * 4 + $0 })
            where group == 0 || shown > group * 4 {
                let decoded = times.decodeTime(of: shown * 100)
                #expect(decoded > last)
                if decoded > shown * 100 { late += 1 }
                last = decoded
            }
        }
        #expect((2...3).contains(times.depth))
        #expect(late <= 3)
        for shown in (0..<100).reversed() { _ = times.decodeTime(of: 50_000 + Int64(shown)) }
        #expect(times.depth == 16)
    }
}
