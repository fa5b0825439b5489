import Codecs
import RTP
import Testing
import Timing

@Suite struct AV1DepacketizerTests {
    typealias Frames = AV1Frames

    static func units(
        _ list: [([UInt8], UInt32, Bool)]
    ) -> (units: [AccessUnit], statistics: DepacketizerStatistics) {
        var policy = FramePolicy()
        policy.startsAtKeyframe = false
        var receiver = TrackReceiver(AV1Depacketizer(policy), payloadType: 96)
        return (
            receiver.units(of: H264DepacketizerTests.packets(list)),
            receiver.depacketizer.statistics
        )
    }

    /// The sequence header without its size, as RTP has it.
    static let sequence: [UInt8] = [0x08, 0x00, 0x00, 0x00, 0x02]

    @Test func `elements with and without lengths make one temporal unit`() {
        let frame: [UInt8] = [0x30, 0x10, 7, 8]
        let whole = Frames.sequence + [0x32, 3, 0x10, 7, 8]
        let forms: [[[UInt8]]] = [
            [[0x28, 5] + Self.sequence + frame],  // W = 2
            [[0x08, 5] + Self.sequence + [4] + frame],  // W = 0
            [[0x18] + Self.sequence, [0x10] + frame],  // one in each packet
            [
                [0x68, 5] + Self.sequence + frame.prefix(1), [0xD0] + frame[1..<2],
                [0x90] + frame[2...],
            ],
            // a delimiter, and Y at the end
            [[0x48, 2, 0x12, 0] + [5] + Self.sequence + [4] + frame],
        ]
        for (index, form) in forms.enumerated() {
            let list = form.enumerated().map { ($1, UInt32(0), $0 + 1 == form.count) }
            let out = Self.units(list)
            #expect(out.units.map(\.bytes) == (index < 4 ? [whole] : []), "form \(index)")
            #expect(out.statistics[.unfinishedFragment] == (index < 4 ? 0 : 1))
        }
    }

    @Test func `a size that the sender wrote is kept, a false one is refused`() {
        let good = Self.units([([0x20, 6] + Frames.sequence + [0x32, 2, 0x10, 9], 0, true)])
        #expect(good.units.map(\.bytes) == [Frames.sequence + [0x32, 2, 0x10, 9]])
        let bad = Self.units([([0x20, 6] + Frames.sequence + [0x32, 3, 0x10, 9], 0, true)])
        #expect(bad.units.isEmpty && bad.statistics[.malformed] == 1)
    }

    @Test func `layers in the header stay before the size`() {
        let out = Self.units([([0x28, 5] + Self.sequence + [0x34, 0x28, 0x10, 9], 0, true)])
        #expect(out.units.map(\.bytes) == [Frames.sequence + [0x36, 0x28, 2, 0x10, 9]])
    }

    static let broken: [(payloads: [[UInt8]], cause: BrokenUnit)] = [
        ([[0x90, 1]], .fragmentWithoutStart),
        ([[0x50, 0x30, 0x10]], .unfinishedFragment),
        ([[0x50, 0x30, 0x10], [0x10, 0x30, 0x10]], .unfinishedFragment),
        ([[0x10]], .malformed),
        ([[0x98, 1]], .malformed),  // a sequence cannot begin with the rest of a unit
        ([[0x10, 0xB0, 0x10]], .malformed),
        ([[0x20, 9, 0x30]], .malformed),
        ([[0x20, 2, 0x30, 0x10]], .malformed),
        ([[0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]], .malformed),
        ([[0x10, 0x28, 1, 2]], .withoutPicture),
    ]

    @Test(arguments: broken)
    func `a broken temporal unit is counted by cause and stays inside`(
        payloads: [[UInt8]], cause: BrokenUnit
    ) {
        let first: [UInt8] = [0x28, 5] + Self.sequence + [0x30, 0x10]
        let good: [UInt8] = [0x10, 0x30, 0x30]
        let out = Self.units(
            [(first, 9, true)] + payloads.map { ($0, 0, false) } + [(good, 1, true)])
        #expect(out.units.map(\.timestamp) == [9, 1])
        for other in BrokenUnit.allCases {
            #expect(out.statistics[other] == (other == cause ? 1 : 0))
        }
    }

    @Test func `small units share a packet, and the sequence's beginning is announced`() {
        var packetizer = AV1Packetizer(payloadType: 96, ssrc: 1, sequenceNumber: 0)
        var batch = PacketBatch()
        let unit = [0x12, 0x00] + Frames.sequence + [0x32, 3, 0x10, 7, 8]
        packetizer.packetize(unit.span.bytes, timestamp: 0, into: &batch)
        #expect(batch.payloads == [[0x28, 5] + Self.sequence + [0x30, 0x10, 7, 8]])
        let isKeyframe = AV1AggregationHeader.isKeyframe(payload: batch.payload(at: 0))
        #expect(isKeyframe)
        for unit in [[0x32, 9, 1], [0x12, 0]] as [[UInt8]] {
            let isCut = packetizer.packetize(unit.span.bytes, timestamp: 0, into: &batch)
            #expect(!isCut)
        }
    }
}
