import SFU
import Simulation
import Testing
import Timing

/// A producer, the router and three consumers, every link losing two packets in a hundred.
@Suite struct WholePathTests {
    struct Outcome: Equatable {
        var sent = 0
        var forwarded: UInt64 = 0
        var retransmitted: UInt64 = 0
        var keyframeRequests: UInt64 = 0
        var complete: [Int] = []
        var frames = 0
        var trace: UInt64 = 0
    }

    static func run(seed: UInt64) throws -> Outcome {
        let lossy = SeededLink.Conditions(
            delay: .milliseconds(20), jitter: .milliseconds(2), lossPerTenThousand: 200)
        var meeting = Meeting(seed: seed)
        let publisher = try meeting.publisher("alice", lossy)
        meeting.world.run(for: .seconds(1))
        var viewers: [Meeting.ClientHandle] = []
        for name in ["bob", "carol", "dave"] { viewers.append(try meeting.viewer(name, lossy)) }
        meeting.world.run(for: .seconds(20))
        let sent = meeting.publication(publisher)
        let statistics = meeting.world.server.statistics()
        var outcome = Outcome(
            sent: sent.packetCount, forwarded: statistics.totals.forwardedPackets,
            retransmitted: statistics.totals.retransmittedPackets,
            keyframeRequests: statistics.totals.keyframeRequests, frames: sent.frameCount,
            trace: meeting.world.trace.value)
        var shares: [Double] = []
        for viewer in viewers {
            let reception = meeting.reception(viewer)
            let torn = reception.tornFrames
            let (recovered, sounds) = (reception.recoveredCount, reception.audioCount)
            outcome.complete.append(reception.completeFrameCount)
            // All but what is still under way when time stops, and a first frame whose first
            // packets were lost: nobody can miss what comes before the first packet.
            let first = reception.firstFrame ?? 0
            #expect(torn.allSatisfy { $0 > sent.frameCount - 15 || $0 <= first }, "torn: \(torn)")
            #expect(recovered > 10)
            #expect(sounds > 920)
            #expect(reception.timestampFaultCount == 0)
            // A viewer whose first packets were all lost has to ask.
            #expect(reception.startsWithKeyframe || reception.keyframeRequestCount > 0)
            let share = Double(reception.completeFrameCount) / Double(sent.frameCount - first)
            #expect(share >= 0.98, "\(share) of the frames since it joined")
            shares.append(share)
        }
        // What is under way when time stops counts as missing here.
        #expect(shares.reduce(0, +) / 3 >= 0.985)
        // Every drop has a reason that a lossy path and a late joiner explain.
        let expected: Set<DropReason> = [
            .awaitingKeyframe, .beforeStart, .consumerNotConnected, .duplicate, .notCached,
            .replayed, .unvalidatedAddress,
        ]
        for reason in DropReason.allCases where !expected.contains(reason) {
            #expect(statistics.drops[reason] == 0, "\(reason)")
        }
        return outcome
    }

    @Test func `the numbers are the same on every machine`() throws {
        let outcome = try Self.run(seed: 1)
        #expect(
            outcome
                == Outcome(
                    sent: 1875, forwarded: 8559, retransmitted: 597, keyframeRequests: 2,
                    complete: [627, 627, 626], frames: 629, trace: 3_467_765_445_196_234_593))
    }

    @Test func `the same seed gives the same datagrams at the same nanoseconds`() throws {
        #expect(try Self.run(seed: 7) == Self.run(seed: 7))
        #expect(try Self.run(seed: 7).trace != Self.run(seed: 8).trace)
    }

    @Test(arguments: 10..<30) func `whatever is lost, whole frames arrive`(seed: Int) throws {
        let outcome = try Self.run(seed: UInt64(seed))
        #expect(outcome.complete.allSatisfy { $0 > 570 })
    }
}
