import RTP
import Testing
import Timing

@testable import SFU

/// What a NACK may cost.
@Suite struct ResendingTests {
    private static func nack(_ lost: some Sequence<Int>) -> GenericNack {
        GenericNack(senderSSRC: 1, mediaSSRC: 9, lost: lost.map { UInt16(truncatingIfNeeded: $0) })
    }

    @Test func `of one datagram no more than 512 numbers are looked for`() {
        var stage = RouterStage()
        stage.receive(0..<100, every: .milliseconds(1))
        let consumer = stage.addConsumer()
        stage.send(upTo: 99, to: consumer)
        let entries = (0..<365).map { _ in GenericNack.Entry(packetID: 30_000, bitmask: 0xFFFF) }
        let nack = GenericNack(senderSSRC: 1, mediaSSRC: 9, entries: entries)
        var allowance = Worker.resendLimit
        for _ in 0..<2 {
            stage.router.resend(nack, to: consumer, allowance: &allowance, at: RouterStage.start)
        }
        #expect(allowance == 0)
        #expect(stage.router.drops[.notCached] == 512)
        #expect(stage.router.drops[.retransmissionQueueFull] == 2 * 365 * 17 - 512)
        #expect(stage.router.consumers[consumer].report.nackCount == 2 * 365 * 17)
    }

    @Test func `from the first number that finds the queue full on, none is looked for`() {
        var stage = RouterStage()
        stage.receive(0..<500, every: .milliseconds(1))
        let consumer = stage.addConsumer()
        stage.send(upTo: 499, to: consumer)
        var allowance = Worker.resendLimit
        let lost = Array(1...200) + Array(30_000..<30_100)
        stage.router.resend(
            Self.nack(lost), to: consumer, allowance: &allowance,
            at: RouterStage.start + .seconds(1))
        #expect(stage.router.consumers[consumer].pending == Array(0..<128))
        #expect(stage.router.drops[.retransmissionQueueFull] == 172)
        #expect(stage.router.drops[.notCached] == 0)
        #expect(allowance == 512 - 129)
    }
}
