import Ciphers
import Simulation
import Testing
import Timing

/// A room does the same whoever seals its packets.
@Suite struct SealingScenarioTests {
    struct Outcome: Equatable {
        var trace: UInt64
        var recovered: Int
        var complete: [Int]
        var unopened: Int
    }

    static func run(_ sealing: SealingBackend, profile: SRTPProfile) throws -> Outcome {
        let lossy = SeededLink.Conditions(
            delay: .milliseconds(20), jitter: .milliseconds(2), lossPerTenThousand: 200)
        var meeting = Meeting(seed: 31, profile: profile, sealing: sealing)
        _ = try meeting.publisher("alice", lossy)
        meeting.world.run(for: .milliseconds(2_500))
        var viewers: [Meeting.ClientHandle] = []
        for number in 0..<6 { viewers.append(try meeting.viewer("viewer\(number)", lossy)) }
        meeting.world.run(for: .seconds(3))
        let receptions = viewers.map { meeting.reception($0) }
        var unopened = 0
        for viewer in viewers { unopened += meeting.world.clients[viewer].unopenedCount }
        return Outcome(
            trace: meeting.world.trace.value,
            recovered: receptions.reduce(0) { $0 + $1.recoveredCount },
            complete: receptions.map(\.completeFrameCount), unopened: unopened)
    }

    @Test(arguments: SRTPProfile.allCases)
    func `sealed in batches, the same datagrams leave at the same nanoseconds`(
        profile: SRTPProfile
    ) throws {
        let (one, batched) = (
            try Self.run(.evp, profile: profile), try Self.run(.batched, profile: profile)
        )
        #expect(one == batched)
        #expect(one.recovered > 20)
    }

    @Test(.enabled(if: SealingBackend.ipsecMB.isAvailable), arguments: SRTPProfile.allCases)
    func `sealed by libipsec-mb, the same datagrams leave`(profile: SRTPProfile) throws {
        #expect(try Self.run(.evp, profile: profile) == Self.run(.ipsecMB, profile: profile))
    }

    @Test(arguments: SRTPProfile.allCases)
    func `sealed by libsrtp2, viewers see the same, retransmissions and replays too`(
        profile: SRTPProfile
    ) throws {
        let (one, other) = (
            try Self.run(.evp, profile: profile), try Self.run(.libsrtp2, profile: profile)
        )
        #expect(one.unopened == other.unopened, "second copies, nothing else")
        #expect(one.complete == other.complete && one.recovered == other.recovered)
    }
}
