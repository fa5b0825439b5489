import RTP
import Testing
import Timing

@Suite struct ReceptionStatisticsTests {
    static func at(_ milliseconds: Int64) -> Instant {
        Instant(nanoseconds: milliseconds * 1_000_000)
    }

    static func make(probation: Int = 0) -> ReceptionStatistics {
        ReceptionStatistics(ssrc: 1, clockRate: 90_000, probation: probation)
    }

    func expect(_ statistics: inout ReceptionStatistics, _ number: UInt16, counts: Bool) {
        let counted = statistics.packetArrived(
            sequenceNumber: number,
            timestamp: 0,
            at: Self.at(0)
        )
        #expect(counted == counts, "packet \(number)")
    }

    static let starts: [UInt16] = [0, 1, 127, 128, 32767, 32768, 65535]

    @Test(arguments: starts) func `counts wraps in the upper half`(start: UInt16) {
        var statistics = Self.make()
        for step in 0..<140_000 {
            statistics.packetArrived(
                sequenceNumber: start &+ UInt16(truncatingIfNeeded: step),
                timestamp: 0,
                at: Self.at(0)
            )
        }
        let block = statistics.makeReportBlock(at: Self.at(0))
        #expect(block?.highestSequenceNumber == UInt32(start) + 139_999)
        #expect(block?.cumulativeLost == 0)
        #expect(block?.fractionLost == 0)
    }

    @Test func `the fraction lost is that since the report before`() {
        // RFC 3550 A.3: the interval's losses in 256ths of what was expected in it.
        var statistics = Self.make()
        for number in UInt16(0)..<100 where number % 4 != 1 {
            statistics.packetArrived(sequenceNumber: number, timestamp: 0, at: Self.at(0))
        }
        let first = statistics.makeReportBlock(at: Self.at(0))
        #expect(first?.fractionLost == 64)
        #expect(first?.cumulativeLost == 25)
        for number in UInt16(100)..<200 {
            statistics.packetArrived(sequenceNumber: number, timestamp: 0, at: Self.at(0))
        }
        let second = statistics.makeReportBlock(at: Self.at(0))
        #expect(second?.fractionLost == 0)
        #expect(second?.cumulativeLost == 25)
    }

    @Test func `duplicates make the loss negative and the fraction zero`() {
        var statistics = Self.make()
        for number in [1, 2, 2, 2, 3] as [UInt16] {
            statistics.packetArrived(sequenceNumber: number, timestamp: 0, at: Self.at(0))
        }
        let block = statistics.makeReportBlock(at: Self.at(0))
        #expect(block?.cumulativeLost == -2)
        #expect(block?.fractionLost == 0)
    }

    @Test func `a source is valid after two packets in order`() {
        var statistics = Self.make(probation: 2)
        expect(&statistics, 9, counts: false)
        let none = statistics.makeReportBlock(at: Self.at(0))
        #expect(none == nil)
        expect(&statistics, 5, counts: false)
        expect(&statistics, 6, counts: true)
        expect(&statistics, 7, counts: true)
        #expect(statistics.expectedCount == 2)
        #expect(statistics.receivedCount == 2)
    }

    @Test func `a jump counts only when the next packet confirms it`() {
        var statistics = Self.make()
        for number in [10, 11, 12] as [UInt16] {
            statistics.packetArrived(sequenceNumber: number, timestamp: 0, at: Self.at(0))
        }
        expect(&statistics, 30_000, counts: false)
        expect(&statistics, 13, counts: true)
        expect(&statistics, 30_000, counts: false)
        expect(&statistics, 30_001, counts: true)
        #expect(statistics.expectedCount == 1)
        #expect(statistics.lostCount == 0)
    }

    @Test func `a packet less than a hundred behind the newest is merely late`() {
        var statistics = Self.make()
        for number in [200, 101, 199] as [UInt16] {
            expect(&statistics, number, counts: true)
        }
        expect(&statistics, 100, counts: false)
    }

    @Test func `the jitter is a sixteenth of each deviation`() {
        // RFC 3550 A.8, in its integer form: J += |D| - ((J + 8) >> 4).
        var statistics = Self.make()
        statistics.packetArrived(sequenceNumber: 1, timestamp: 0, at: Self.at(0))
        statistics.packetArrived(sequenceNumber: 2, timestamp: 900, at: Self.at(20))
        #expect(statistics.jitter == 900 / 16)
        statistics.packetArrived(sequenceNumber: 3, timestamp: 1800, at: Self.at(30))
        #expect(statistics.jitter == (900 - (900 + 8) / 16) / 16)
    }

    @Test func `an even stream has no jitter, across the timestamp's wrap too`() {
        var statistics = Self.make()
        for step in 0..<200 {
            statistics.packetArrived(
                sequenceNumber: UInt16(step),
                timestamp: .max - 4_000 &+ UInt32(step) &* 900,
                at: Self.at(Int64(step) * 10 + 1_000_000_000)
            )
        }
        #expect(statistics.jitter == 0)
    }

    @Test func `a report says which sender report came last, and how long ago`() {
        var statistics = Self.make()
        statistics.packetArrived(sequenceNumber: 1, timestamp: 0, at: Self.at(0))
        let before = statistics.makeReportBlock(at: Self.at(0))
        #expect(before?.lastSenderReport == 0)
        let ntp = NTPTimestamp(value: 0xAAAA_1234_5678_BBBB)
        statistics.senderReportArrived(ntp, at: Self.at(100))
        let block = statistics.makeReportBlock(at: Self.at(1_600))
        #expect(block?.lastSenderReport == 0x1234_5678)
        #expect(block?.delaySinceLastSenderReport == 0x1_8000)
    }
}
