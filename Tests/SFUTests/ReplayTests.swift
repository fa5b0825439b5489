import RTP
import Testing
import Timing

@testable import SFU

/// Who begins with what came before, how fast, and for how long.
@Suite struct ReplayTests {
    /// 600 packets of 8 kbit in 0.9 s, 5 Mbit/s, and who joins then.
    private static func stage(_ packets: Int = 600, joiners: Int) -> RouterStage {
        var stage = RouterStage()
        stage.receive(0..<packets, every: .microseconds(1500))
        for _ in 0..<joiners { _ = stage.addConsumer() }
        return stage
    }

    private static let joined = RouterStage.start + .milliseconds(900)

    @Test func `all who wait are not slower together than one: the first are served first`() {
        var stage = Self.stage(joiners: 200)
        for consumer in stage.router.consumers.handles {
            let begins = stage.router.beginReplay(consumer, at: Self.joined)
            #expect(begins)
        }
        let abandoned = stage.router.grantReplays(at: Self.joined)
        let credits = stage.router.replays.consumers.map {
            stage.router.consumers[$0].replayCredit
        }
        #expect(abandoned.isEmpty)
        #expect(credits.prefix(85).allSatisfy { $0 == 6 }, "four times as fast as it came")
        #expect(credits[85] == 2 && credits.dropFirst(86).allSatisfy { $0 == 0 })
    }

    @Test func `a slow stream is replayed at 9 Mbit/s, the fastest at 70`() {
        for (microseconds, slice) in [(6000, 2), (1500, 6), (900, 9), (200, 16)] {
            var stage = RouterStage()
            let interval = Interval.microseconds(Int64(microseconds))
            stage.receive(0..<300, every: interval)
            let consumer = stage.addConsumer()
            let begins = stage.router.beginReplay(
                consumer, at: RouterStage.start + interval * 300)
            #expect(begins)
            #expect(
                stage.router.consumers[consumer].replayTerms.slice == slice, "\(microseconds) us")
        }
    }

    @Test func `more than a megabyte is not sent again`() {
        for (packets, isReplayed) in [(1000, true), (1001, false)] {
            var stage = Self.stage(packets, joiners: 1)
            let consumer = stage.router.consumers.handles[0]
            let begins = stage.router.beginReplay(
                consumer, at: RouterStage.start + .milliseconds(1600))
            #expect(begins == isReplayed)
        }
    }

    @Test func `one that lasts a second is given up for a key frame`() {
        var stage = Self.stage(joiners: 1)
        let consumer = stage.router.consumers.handles[0]
        _ = stage.router.beginReplay(consumer, at: Self.joined)
        let before = stage.router.grantReplays(at: Self.joined + .milliseconds(999))
        let after = stage.router.grantReplays(at: Self.joined + .seconds(1))
        #expect(before.isEmpty && after == [consumer])
        let given = stage.router.consumers[consumer]
        #expect(given.flow == .awaitingKeyframe && given.replayNext == .max)
        #expect(!given.rewriter.isStarted, "nothing before the key frame is sent or sent again")
        let again = stage.router.grantReplays(at: Self.joined + .seconds(2))
        #expect(again.isEmpty)
    }

    @Test func `one whose next packet is held no longer is given up`() {
        var stage = Self.stage(joiners: 1)
        let consumer = stage.router.consumers.handles[0]
        _ = stage.router.beginReplay(consumer, at: Self.joined)
        stage.receive(600..<1024, every: .microseconds(1500))
        let before = stage.router.grantReplays(at: Self.joined)
        stage.receive(1024..<1025, every: .microseconds(1500))
        let after = stage.router.grantReplays(at: Self.joined)
        #expect(before.isEmpty && after == [consumer])
    }

    @Test func `one of which more than 64 packets are missed is given up`() {
        for (count, isGivenUp) in [(64, false), (65, true)] {
            var stage = Self.stage(joiners: 1)
            let consumer = stage.router.consumers.handles[0]
            _ = stage.router.beginReplay(consumer, at: Self.joined)
            let lost = (0..<count).map { UInt16($0 * 3) }
            var allowance = Worker.resendLimit
            stage.router.resend(
                GenericNack(senderSSRC: 1, mediaSSRC: 9, lost: lost), to: consumer,
                allowance: &allowance, at: Self.joined)
            let abandoned = stage.router.grantReplays(at: Self.joined)
            #expect(abandoned.isEmpty != isGivenUp, "\(count)")
        }
    }
}
