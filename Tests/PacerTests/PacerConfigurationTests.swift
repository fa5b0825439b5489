import Pacer
import Testing
import Timing

/// Numbers that an operator can get wrong.
@Suite struct PacerConfigurationTests {
    struct Change: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var apply: @Sendable (inout PacerConfiguration) -> Void
    }

    static let changes = [
        Change(testDescription: "groups of none") { $0.spread.groupSize = 0 },
        Change(testDescription: "groups of sixty") { $0.spread.groupSize = 60 },
        Change(testDescription: "no peak rate") { $0.spread.peakBitsPerSecond = 0 },
        Change(testDescription: "a negative window") { $0.spread.window = .milliseconds(-8) },
        Change(testDescription: "a factor of nothing") { $0.spread.bandwidthFactor = .nan },
        Change(testDescription: "a factor beyond all") { $0.spread.bandwidthFactor = .infinity },
        Change(testDescription: "room for nothing") {
            ($0.packetCapacity, $0.frameCapacity) = (0, -1)
        },
        Change(testDescription: "a bucket without room or speed") {
            ($0.bucket.capacity, $0.bucket.speedPerMille) = (0, 0)
        },
        Change(testDescription: "slots of no time") { $0.clock.slot = .zero },
        Change(testDescription: "more slots left out than there are") { $0.clock.slotsAbove = 99 },
    ]

    @Test(arguments: changes, [PacerConfiguration.Law.mediaClock, .leakyBucket])
    func `nonsense neither stops the process nor breaks the limit of a millisecond`(
        change: Change, law: PacerConfiguration.Law
    ) {
        var configuration = PacerConfiguration()
        configuration.law = law
        change.apply(&configuration)
        var session = PacedSession(configuration)
        let track = session.addTrack(.video, clockRate: 90_000)
        session.bandwidthEstimated(bitsPerSecond: .max)
        var now = Instant(nanoseconds: 1_000_000_000)
        var times: [Instant] = []
        for number in 0..<200 {
            let packet = PacedPacket(
                payload: number, track: track, timestamp: UInt32(number / 20) * 3_000,
                byteCount: 1_200, isFrameEnd: number % 20 == 19, isKeyframe: number % 20 == 0)
            _ = session.enqueue(packet, at: now)
            while let deadline = session.nextDeadline, number % 20 == 19 {
                now = max(now, deadline)
                session.advance(to: now)
                while let departure = session.nextDeparture() {
                    if departure.dropReason == nil { times.append(now) }
                }
            }
            session.checkInvariants()
        }
        #expect(!times.isEmpty || configuration.packetCapacity < 20)
        guard law == .mediaClock else { return }
        for (first, ninth) in zip(times, times.dropFirst(8)) {
            #expect(ninth - first >= .milliseconds(1))
        }
    }
}
