import Testing

@testable import SFU

@Suite struct StreamRewriterTests {
    static let starts: [Int64] = [0, 1, 127, 128, 32_767, 32_768, 65_535, 65_536, 131_071]

    @Test(arguments: starts)
    func `a consumer's numbers rise by one from below 2^15, wherever the source's start`(
        start: Int64
    ) throws {
        var rewriter = StreamRewriter(sequence: 65_535, timestamp: 100)
        rewriter.start(atSequence: start, timestamp: 5000, gap: 0)
        let given = rewriter.sequence(for: start)
        let first = try #require(given)
        #expect((0...0x8000).contains(first))
        for step in 1...70_000 {
            let sequence = rewriter.sequence(for: start + Int64(step))
            #expect(sequence == first + Int64(step))
        }
    }

    @Test func `what came before the start is not sent`() {
        var rewriter = StreamRewriter(sequence: 7, timestamp: 0)
        #expect(!rewriter.isStarted && !rewriter.reaches(100))
        rewriter.start(atSequence: 100, timestamp: 0, gap: 0)
        let (before, first) = (rewriter.sequence(for: 99), rewriter.sequence(for: 100))
        #expect(before == nil && !rewriter.reaches(99))
        #expect(first == 8)
    }

    @Test
    func `what of the first picture comes late has numbers kept for it, and nothing else has`() {
        var rewriter = StreamRewriter(sequence: 7, timestamp: 50)
        rewriter.start(atSequence: 100, timestamp: 9000, lead: 2, gap: 0)
        let numbers = [100, 101, 98, 99].map { rewriter.sequence(for: $0) }
        let before = rewriter.sequence(for: 97)
        #expect(numbers == [10, 11, 8, 9] && before == nil)
        #expect(rewriter.leads(98, timestamp: 9000) && rewriter.leads(99, timestamp: 9000))
        #expect(!rewriter.leads(99, timestamp: 6000), "of the picture before")
        #expect(!rewriter.leads(97, timestamp: 9000) && rewriter.source(of: 8) == 98)
    }

    @Test(arguments: starts) func `a number reported about leads back to its source`(start: Int64) {
        var rewriter = StreamRewriter(sequence: 0x7FF0, timestamp: 0)
        rewriter.start(atSequence: start, timestamp: 0, gap: 0)
        for step in 0..<40_000 { _ = rewriter.sequence(for: start + Int64(step)) }
        for back in [0, 1, 500, 30_000] {
            let source = start + 39_999 - Int64(back)
            let wire = UInt16(truncatingIfNeeded: rewriter.lastSequence - Int64(back))
            #expect(rewriter.source(of: wire) == source)
        }
        let ahead = UInt16(truncatingIfNeeded: rewriter.lastSequence + 1)
        #expect(rewriter.source(of: ahead) == nil, "not sent yet")
    }

    @Test func `another source goes on without a gap, and its time by the gap asked for`() {
        var rewriter = StreamRewriter(sequence: 10, timestamp: 1000)
        rewriter.start(atSequence: 500, timestamp: 90_000, gap: 0)
        let old = (rewriter.sequence(for: 500), rewriter.timestamp(for: 90_000, at: 500))
        #expect(old == (11, 1000))
        rewriter.detach()
        let between = rewriter.sequence(for: 501)
        #expect(between == nil)
        rewriter.start(atSequence: 9, timestamp: 7, gap: 3000)
        let new = (rewriter.sequence(for: 9), rewriter.timestamp(for: 7, at: 9))
        #expect(new == (12, 4000))
        #expect(rewriter.source(of: 11) == nil, "of the former source")
    }

    @Test func `what has come before happens within a tenth of a second, just before what is live`()
    {
        var rewriter = StreamRewriter(sequence: 10, timestamp: 1000)
        // Two seconds of 30 frames each, the source's clock wrapping on the way.
        let first = UInt32.max - 90_000
        rewriter.start(
            atSequence: 500, timestamp: first, newest: (559, first &+ 59 * 3000), gap: 0)
        var last: UInt32?
        for frame in 0..<UInt32(60) {
            let timestamp = rewriter.timestamp(for: first &+ frame * 3000, at: 500 + Int64(frame))
            if let last { #expect((100...200).contains(timestamp - last), "frame \(frame)") }
            if frame == 0 { #expect(timestamp == 1000) }
            last = timestamp
        }
        #expect((1000...1000 + 9200).contains(last ?? 0))
        let live = rewriter.timestamp(for: first &+ 60 * 3000, at: 560)
        #expect(live == (last ?? 0) + 3000, "live time runs as it does")
        let again = rewriter.timestamp(for: first, at: 500)
        #expect(again == 1000, "what is sent again is what was sent")
    }

    @Test func `to a recorder what has come before keeps the time it took`() {
        var rewriter = StreamRewriter(sequence: 10, timestamp: 1000)
        rewriter.start(
            atSequence: 500, timestamp: 0, newest: (559, 59 * 3000), keepsTimes: true, gap: 0)
        for frame in 0..<UInt32(62) {
            let timestamp = rewriter.timestamp(for: frame * 3000, at: 500 + Int64(frame))
            #expect(timestamp == 1000 + frame * 3000)
        }
    }

    @Test(arguments: [false, true])
    func `sources that replace each other do not run ahead of time`(keepsTimes: Bool) {
        var rewriter = StreamRewriter(sequence: 10, timestamp: 0)
        rewriter.start(atSequence: 0, timestamp: 0, gap: 0)
        var (number, shown): (Int64, UInt32) = (0, 0)
        for _ in 0..<100 {
            _ = rewriter.timestamp(for: 0, at: number)
            rewriter.detach()
            // Three seconds pass, of which the new source has sent the last one.
            rewriter.start(
                atSequence: number + 1, timestamp: 0, newest: (number + 31, 90_000),
                keepsTimes: keepsTimes, gap: 270_000)
            shown = rewriter.timestamp(for: 90_000, at: number + 31)
            rewriter.detach()
            number += 40
            rewriter.start(atSequence: number, timestamp: 0, gap: 1)
        }
        #expect(shown <= 100 * 270_001 && shown >= 100 * 269_990, "\(shown)")
    }

    @Test func `timestamps wrap with the source's`() {
        var rewriter = StreamRewriter(sequence: 0, timestamp: .max)
        rewriter.start(atSequence: 0, timestamp: .max - 1, gap: 0)
        let (last, wrapped) = (
            rewriter.timestamp(for: .max - 1, at: 1), rewriter.timestamp(for: 1, at: 2)
        )
        #expect(last == .max && wrapped == 2)
        #expect(rewriter.reportedTimestamp(for: 1) == 2)
    }
}
