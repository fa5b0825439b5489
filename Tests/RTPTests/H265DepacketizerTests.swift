import Codecs
import RTP
import Testing
import Timing

@Suite struct H265DepacketizerTests {
    typealias Frames = H265Frames

    static func receiver(
        _ change: (inout H265Depacketizer.Configuration) -> Void = { _ in }
    ) -> TrackReceiver<H265Depacketizer> {
        var configuration = H265Depacketizer.Configuration()
        configuration.parameterSets = Frames.sets
        configuration.policy.startsAtKeyframe = false
        configuration.insertsParameterSets = false
        change(&configuration)
        return TrackReceiver(H265Depacketizer(configuration), payloadType: 96)
    }

    /// Units with their lengths in two octets, behind the header of an aggregate.
    static func aggregate(_ units: [[UInt8]]) -> [UInt8] {
        [0x60, 0x01] + units.flatMap { [UInt8($0.count >> 8), UInt8($0.count & 0xFF)] + $0 }
    }

    /// The fragments of `unit`, cut at `places`.
    static func fragments(_ unit: [UInt8], at places: [Int]) -> [[UInt8]] {
        let ends = places + [unit.count]
        return zip([2] + places, ends).map { start, end in
            let flags: UInt8 = (start == 2 ? 0x80 : 0) | (end == unit.count ? 0x40 : 0)
            return [unit[0] & 0x81 | 49 << 1, unit[1], flags | unit[0] >> 1 & 0x3F]
                + unit[start..<end]
        }
    }

    static func packets(_ list: [([UInt8], UInt32, Bool)]) -> [[UInt8]] {
        H264DepacketizerTests.packets(list)
    }

    @Test func `single units, an aggregate and fragments make one key frame`() throws {
        let idr = Frames.slice(19, byteCount: 12)
        let supplement: [UInt8] = [0x4E, 0x01, 5, 1, 0x80]
        let fragments = Self.fragments(idr, at: [5, 9])
        var receiver = Self.receiver { $0.parameterSets = H265ParameterSets() }
        let units = receiver.units(
            of: Self.packets([
                (Self.aggregate([Frames.video, Frames.sequence, Frames.picture]), 9, false),
                (supplement, 9, false), (fragments[0], 9, false), (fragments[1], 9, false),
                (fragments[2], 9, true),
            ]))
        let unit = try #require(units.first)
        #expect(
            unit.bytes
                == H264Frames.joined([
                    Frames.video, Frames.sequence, Frames.picture, supplement, idr,
                ]))
        #expect(unit.isKeyframe && unit.isComplete && !unit.followsLoss)
        #expect(receiver.depacketizer.parameterSets == Frames.sets)
    }

    /// BLA, IDR and CRA; and pictures that need others.
    @Test(arguments: [
        (16, true), (19, true), (20, true), (21, true), (0, false), (1, false), (9, false),
    ])
    func `a key frame is a picture of random access`(type: UInt8, isKeyframe: Bool) {
        var receiver = Self.receiver()
        let slice = Frames.slice(type, byteCount: 8)
        let units = receiver.units(of: Self.packets([(slice, 0, true)]))
        #expect(units.map(\.isKeyframe) == [isKeyframe])
        let fragments = Self.fragments(slice, at: [5])
        let aggregate = Self.aggregate([[0x4E, 0x01, 5], slice])
        let later = Frames.slice(type, byteCount: 8, isFirst: false)
        let found = [slice, fragments[0], aggregate, fragments[1], later].map { payload in
            H265Payload.isKeyframe(payload: payload.span.bytes)
        }
        #expect(found == [isKeyframe, isKeyframe, isKeyframe, false, false])
    }

    @Test func `the header of a fragmented unit keeps its layers`() {
        var slice = Frames.slice(1, byteCount: 20)
        (slice[0], slice[1]) = (slice[0] | 0x01, 0x4B)  // layer 41, temporal 3
        var receiver = Self.receiver()
        let units = receiver.units(
            of: Self.packets(Self.fragments(slice, at: [6, 7]).map { ($0, 4, false) }))
        receiver.finish()
        #expect(units.isEmpty)
        #expect(receiver.next()?.bytes == H264Frames.joined([slice]))
    }

    @Test func `a delimiter behind a picture begins another unit though time stands still`() {
        let slice = Frames.slice(1, byteCount: 5)
        var receiver = Self.receiver()
        let units = receiver.units(
            of: Self.packets([
                (Frames.delimiter, 0, false), (slice, 0, false), (Frames.delimiter, 0, false),
                (slice, 0, true),
            ]))
        let whole = H264Frames.joined([Frames.delimiter, slice])
        #expect(units.map(\.bytes) == [whole, whole])
    }

    @Test func `Annex B inside payloads is taken, as some cameras send it`() {
        let idr = Frames.slice(19, byteCount: 9)
        let start: [UInt8] = [0, 0, 0, 1]
        let stream =
            start + Frames.video + start + Frames.sequence + start + Frames.picture
            + start.dropFirst() + idr
        var receiver = Self.receiver()
        let whole = H264Frames.joined([Frames.video, Frames.sequence, Frames.picture, idr])
        let units = receiver.units(of: Self.packets([(Array(stream[4...]), 0, true)]))
        #expect(units.map(\.bytes) == [whole])
    }

    @Test func `a key frame without parameter sets gets the known ones behind its delimiter`() {
        let idr = Frames.slice(20, byteCount: 9)
        var receiver = Self.receiver { $0.insertsParameterSets = true }
        let units = receiver.units(
            of: Self.packets([
                (idr, 0, true), (Frames.delimiter, 1, false), (Frames.picture, 1, false),
                (idr, 1, true),
            ]))
        let sets = [Frames.video, Frames.sequence, Frames.picture]
        #expect(
            units.map(\.bytes) == [
                H264Frames.joined(sets + [idr]),
                H264Frames.joined([Frames.delimiter] + sets + [idr]),
            ])
    }

    static let broken: [(payloads: [[UInt8]], cause: BrokenUnit)] = [
        ([[0x62, 0x01, 0x01, 1, 2], [0x62, 0x01, 0x41, 3]], .fragmentWithoutStart),
        ([[0x62, 0x01, 0x81, 0xC0, 2]], .unfinishedFragment),
        ([[0x62, 0x01, 0x81, 0xC0, 2], [0x02, 0x01, 0xC0]], .unfinishedFragment),
        ([[0x02, 0x01, 0xC0], [0x60, 0x01, 0, 9, 0x02]], .malformed),
        ([[0x02, 0x01, 0xC0], [0x62, 0x01]], .malformed),
        ([[0x02, 0x01, 0xC0], [0x02]], .malformed),
        ([[0x02, 0x01, 0xC0], [0x64, 0x01, 0, 0]], .unsupported),  // PACI
        ([[0x02, 0x01, 0xC0], [0x7E, 0x01]], .unsupported),
        ([H265Frames.slice(1, byteCount: 101)], .tooLarge),
        ([[0x4E, 0x01, 1]], .withoutPicture),
    ]

    @Test(arguments: broken)
    func `a broken unit is counted by cause and stays inside`(
        payloads: [[UInt8]], cause: BrokenUnit
    ) {
        var receiver = Self.receiver { $0.policy.byteCountLimit = 100 }
        let good = Frames.slice(1, byteCount: 9)
        let units = receiver.units(
            of: Self.packets(
                [(good, 9, true)] + payloads.map { ($0, 0, false) } + [(good, 1, true)]))
        #expect(units.map(\.bytes) == Array(repeating: H264Frames.joined([good]), count: 2))
        #expect(receiver.depacketizer.statistics[cause] == 1)
        for other in BrokenUnit.allCases where other != cause {
            #expect(receiver.depacketizer.statistics[other] == 0)
        }
    }

    @Test func `small units share an aggregate with the lowest layers of all`() {
        var packetizer = H265Packetizer(payloadType: 96, ssrc: 1, sequenceNumber: 0)
        var batch = PacketBatch()
        let (first, second) = ([0x02, 0x4B, 1] as [UInt8], [0x02, 0x0A, 0x80] as [UInt8])
        packetizer.packetize(
            H264Frames.joined([first, second]).span.bytes, timestamp: 0, into: &batch)
        #expect(batch.payloads == [[0x60, 0x0A, 0, 3] + first + [0, 3] + second])
    }
}
