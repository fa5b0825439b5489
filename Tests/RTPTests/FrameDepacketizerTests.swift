import Codecs
import RTP
import Testing
import Timing

@Suite struct VP8DepacketizerTests {
    static func receive(_ list: [([UInt8], UInt32, Bool)]) -> TrackReceiver<VP8Depacketizer> {
        var policy = FramePolicy()
        policy.startsAtKeyframe = false
        policy.byteCountLimit = 100
        var receiver = TrackReceiver(VP8Depacketizer(policy), payloadType: 96)
        for packet in H264DepacketizerTests.packets(list) {
            receiver.receive(packet.span.bytes, at: Instant(nanoseconds: 0))
        }
        return receiver
    }

    static func units(_ receiver: TrackReceiver<VP8Depacketizer>) -> [AccessUnit] {
        var (copy, units) = (receiver, [AccessUnit]())
        while let unit = copy.next() { units.append(unit) }
        return units
    }

    /// RFC 7741 §4.5: descriptors of the examples, each before octets of ours.
    @Test func `the RFC's examples come out as frames`() {
        let key: [UInt8] = [0x10, 2, 0, 0x9D, 1, 0x2A]
        let inter: [UInt8] = [0x11, 2, 0]
        let receiver = Self.receive([
            ([0x90, 0x80, 0x11] + key, 0, true),  // §4.5.1: a key frame, PictureID 17
            ([0x30] + inter, 1, true),  // §4.5.2 with N: no PictureID
            ([0x90, 0x80, 0x11] + key, 2, false),  // §4.5.3: partitions in packets of their own
            ([0x91, 0x80, 0x11] + [7, 8], 2, true),
            ([0x90, 0x80, 0x11] + inter, 3, false),  // §4.5.4: a partition in two packets
            ([0x80, 0x80, 0x11] + [1], 3, false), ([0x91, 0x80, 0x11] + [2], 3, true),
            ([0x90, 0x80, 0x92, 0x67] + inter, 4, true),  // §4.5.5: PictureID 4711
        ])
        let units = Self.units(receiver)
        #expect(units.map(\.bytes) == [key, inter, key + [7, 8], inter + [1, 2], inter])
        #expect(units.map(\.isKeyframe) == [true, false, true, false, false])
    }

    @Test func `a frame that begins ends the one before it, though time stands still`() {
        let units = Self.units(
            Self.receive([([0x10, 0x11, 1], 0, false), ([0x10, 0x11, 2], 0, true)]))
        #expect(units.map(\.bytes) == [[0x11, 1], [0x11, 2]])
    }

    static let broken: [(payloads: [[UInt8]], cause: BrokenUnit)] = [
        ([[0x00, 1]], .fragmentWithoutStart),
        ([[0x11, 1]], .fragmentWithoutStart),
        ([[0x10, 0x11], [0x90]], .malformed),
        ([[0x10]], .malformed),
        ([[0x90, 0x80, 0x80]], .malformed),
        ([[0x10] + [UInt8](repeating: 1, count: 101)], .tooLarge),
    ]

    @Test(arguments: broken)
    func `a broken frame is counted by cause and stays inside`(
        payloads: [[UInt8]], cause: BrokenUnit
    ) {
        let good: [UInt8] = [0x10, 0x11, 9]
        let receiver = Self.receive(
            [(good, 9, true)] + payloads.map { ($0, 0, false) } + [(good, 1, true)])
        #expect(Self.units(receiver).map(\.bytes) == [[0x11, 9], [0x11, 9]])
        for other in BrokenUnit.allCases {
            #expect(receiver.depacketizer.statistics[other] == (other == cause ? 1 : 0))
        }
    }
}

@Suite struct VP9DepacketizerTests {
    typealias Frames = VP9Frames

    static func units(
        _ list: [([UInt8], UInt32, Bool)], without lost: Int? = nil
    ) -> (units: [AccessUnit], statistics: DepacketizerStatistics) {
        var policy = FramePolicy()
        policy.startsAtKeyframe = false
        var receiver = TrackReceiver(VP9Depacketizer(policy), payloadType: 96)
        var packets = H264DepacketizerTests.packets(list)
        if let lost { packets.remove(at: lost) }
        return (receiver.units(of: packets), receiver.depacketizer.statistics)
    }

    /// Two spatial layers, each in two packets: I, L, flexible; B, E where a layer begins and ends.
    static func picture(_ id: UInt8, time: UInt32) -> [([UInt8], UInt32, Bool)] {
        [
            ([0xB8, id, 0x00] + Frames.key, time, false), ([0xB4, id, 0x00, 1], time, false),
            ([0xB8, id, 0x03] + Frames.inter, time, false), ([0xB4, id, 0x03, 2], time, true),
        ]
    }

    @Test func `all layers of a picture make one unit`() {
        let out = Self.units(Self.picture(1, time: 0) + Self.picture(2, time: 1))
        let whole = Frames.key + [1] + Frames.inter + [2]
        #expect(out.units.map(\.bytes) == [whole, whole])
        #expect(out.units.map(\.isKeyframe) == [true, true])
    }

    @Test(arguments: 0..<8)
    func `a picture of which any packet is lost stays inside, the other comes`(lost: Int) {
        let list =
            [([0x88, 0, 0x86, 1] as [UInt8], UInt32(9), true)] + Self.picture(1, time: 0)
            + Self.picture(2, time: 1) + Self.picture(3, time: 2)
        let out = Self.units(list, without: 1 + lost)
        // The last packet of one picture may have been the first of the next.
        let broken: [Int64] = lost < 4 ? [0] : [1]
        #expect(
            out.units.map(\.timestamp).filter { $0 != 9 }
                == [0, 1, 2].filter { !broken.contains($0) })
    }

    @Test func `another picture's number ends a picture without a marker`() {
        let list = Self.picture(1, time: 0).map { ($0.0, $0.1, false) } + Self.picture(2, time: 0)
        #expect(Self.units(list).units.count == 2)
    }

    @Test func `an intra-only frame is no key frame, though it is predicted from nothing`() {
        let intraOnly: [UInt8] = [0x84, 0x40, 1, 2]
        let out = Self.units([([0x8C, 1] + intraOnly, 0, true)])
        #expect(out.units.map(\.isKeyframe) == [false])
    }

    static let broken: [(payloads: [[UInt8]], cause: BrokenUnit)] = [
        ([[0x04, 1]], .fragmentWithoutStart),
        ([[0x08, 0x86, 1]], .unfinishedFragment),
        ([[0x08, 0x86, 1], [0x08, 0x86, 1]], .unfinishedFragment),
        ([[0x0C]], .malformed),
        ([[0x8C, 0x80]], .malformed),
        ([[0x5C, 0x03, 0x03, 0x03]], .malformed),  // three references that announce a fourth
    ]

    @Test(arguments: broken)
    func `a broken picture is counted by cause and stays inside`(
        payloads: [[UInt8]], cause: BrokenUnit
    ) {
        let good: [UInt8] = [0x0C, 0x86, 9]
        let out = Self.units(
            [(good, 9, true)] + payloads.map { ($0, 0, false) } + [(good, 1, true)])
        #expect(out.units.map(\.bytes) == [[0x86, 9], [0x86, 9]])
        for other in BrokenUnit.allCases {
            #expect(out.statistics[other] == (other == cause ? 1 : 0))
        }
    }

    @Test func `key frames carry their size, others name the picture before`() throws {
        var packetizer = VP9Packetizer(
            payloadType: 96, ssrc: 1, sequenceNumber: 0, pictureID: 0x7FFF)
        var batch = PacketBatch()
        for frame in [Frames.key, Frames.inter] {
            packetizer.packetize(frame.span.bytes, timestamp: 0, into: &batch)
        }
        #expect(
            batch.payloads == [
                [0x9E, 0xFF, 0xFF, 0x10, 0x01, 0x40, 0x00, 0xF0] + Frames.key,
                [0xDC, 0x80, 0x00, 0x02] + Frames.inter,
            ])
        let isCut = packetizer.packetize(
            ([0x00, 0x01] as [UInt8]).span.bytes, timestamp: 0, into: &batch)
        #expect(!isCut)
    }
}
