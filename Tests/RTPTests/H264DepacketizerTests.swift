import Codecs
import RTP
import Testing
import Timing

@Suite struct H264DepacketizerTests {
    typealias Frames = H264Frames

    static func receiver(
        _ change: (inout H264Depacketizer.Configuration) -> Void = { _ in }
    ) -> TrackReceiver<H264Depacketizer> {
        var configuration = H264Depacketizer.Configuration()
        configuration.parameterSets = Frames.sets
        configuration.startsAtKeyframe = false
        configuration.insertsParameterSets = false
        change(&configuration)
        return TrackReceiver(H264Depacketizer(configuration), payloadType: 96)
    }

    /// Payload, number, timestamp, marker.
    static func packets(_ list: [([UInt8], UInt32, Bool)]) -> [[UInt8]] {
        list.enumerated().map { index, entry in
            packet(entry.0, number: UInt16(index), timestamp: entry.1, marker: entry.2)
        }
    }

    @Test func `single units, an aggregate and fragments make one key frame`() throws {
        let idr = Frames.slice(0x65, byteCount: 8)
        let aggregate =
            [0x78, 0, 12] + Frames.sequence + [0, 6] + Frames.picture
        var receiver = Self.receiver { $0.parameterSets = H264ParameterSets() }
        let units = receiver.units(
            of: Self.packets([
                (aggregate, 9, false), ([0x06, 5, 1, 0x80], 9, false),
                ([0x7C, 0x85] + idr[1..<4], 9, false), ([0x7C, 0x05] + idr[4..<6], 9, false),
                ([0x7C, 0x45] + idr[6...], 9, true),
            ]))
        let unit = try #require(units.first)
        #expect(
            unit.bytes
                == Frames.joined([Frames.sequence, Frames.picture, [0x06, 5, 1, 0x80], idr]))
        #expect(unit.isKeyframe && unit.isComplete && !unit.followsLoss)
        #expect(unit.timestamp == 9)
        #expect(units.count == 1)
    }

    @Test func `an access unit ends with another timestamp where no marker does`() {
        let slices = (0..<3).map { Frames.slice(0x41, byteCount: 5, fill: UInt8($0 + 1)) }
        var receiver = Self.receiver()
        var units = receiver.units(
            of: Self.packets(slices.enumerated().map { ($1, UInt32($0), false) }))
        receiver.finish()
        while let unit = receiver.next() { units.append(unit) }
        #expect(units.map(\.bytes) == slices.map { Frames.joined([$0]) })
    }

    @Test func `a delimiter behind a picture begins another unit though time stands still`() {
        let slice = Frames.slice(0x41, byteCount: 5)
        var receiver = Self.receiver()
        let units = receiver.units(
            of: Self.packets([
                (Frames.delimiter, 0, false), (slice, 0, false),
                (Frames.delimiter, 0, false), (slice, 0, true),
            ]))
        #expect(
            units.map(\.bytes) == Array(repeating: Frames.joined([[9, 0xF0], slice]), count: 2))
    }

    @Test func `sets repeated before every slice, as GStreamer does, end nothing and go`() {
        let (first, later) = (
            Frames.slice(0x65, byteCount: 5), Frames.slice(0x65, byteCount: 5, isFirst: false)
        )
        var receiver = Self.receiver()
        let units = receiver.units(
            of: Self.packets([
                (Frames.sequence, 0, false), (Frames.picture, 0, false), (first, 0, false),
                (Frames.sequence, 0, false), (Frames.picture, 0, false), (later, 0, true),
            ]))
        let whole = Frames.joined([Frames.sequence, Frames.picture, first, later])
        #expect(units.map(\.bytes) == [whole])
    }

    @Test func `a marker on what is no picture ends nothing`() {
        let idr = Frames.slice(0x65, byteCount: 5)
        var receiver = Self.receiver()
        let units = receiver.units(
            of: Self.packets([
                (Frames.sequence, 0, true), (Frames.picture, 0, true), (idr, 0, true),
            ]))
        #expect(units.map(\.bytes) == [Frames.joined([Frames.sequence, Frames.picture, idr])])
    }

    @Test func `a sender that marks every slice is believed by timestamp after two faults`() {
        var list: [([UInt8], UInt32, Bool)] = []
        for time in UInt32(0)..<6 {
            list.append((Frames.slice(0x41, byteCount: 4), time, true))
            list.append((Frames.slice(0x41, byteCount: 4, isFirst: false), time, true))
        }
        var receiver = Self.receiver()
        let units = receiver.units(of: Self.packets(list))
        #expect(receiver.depacketizer.falseMarkers == 2)
        let whole = Frames.joined([
            Frames.slice(0x41, byteCount: 4), Frames.slice(0x41, byteCount: 4, isFirst: false),
        ])
        #expect(units.suffix(3).map(\.bytes) == [whole, whole, whole])
    }

    @Test func `Annex B inside payloads is taken, as some cameras send it`() {
        let idr = Frames.slice(0x65, byteCount: 5)
        let start: [UInt8] = [0, 0, 0, 1]
        let stream = start + Frames.sequence + start + Frames.picture + start.dropFirst() + idr
        let whole = [Frames.joined([Frames.sequence, Frames.picture, idr])]
        let fragments: [([UInt8], UInt32, Bool)] = [
            ([0x7C, 0x87] + stream[5..<20], 0, false), ([0x7C, 0x47] + stream[20...], 0, true),
        ]
        for list in [[(stream, 0, true)], [(Array(stream[4...]), 0, true)], fragments] {
            var receiver = Self.receiver()
            #expect(receiver.units(of: Self.packets(list)).map(\.bytes) == whole)
        }
    }

    @Test func `an empty fragment, a reserved bit and another type in a fragment are taken`() {
        let slice = Frames.slice(0x41, byteCount: 6)
        var receiver = Self.receiver()
        let units = receiver.units(
            of: Self.packets([
                ([0x5C, 0xA1] + slice[1...3], 0, false), ([0x5C, 0x01], 0, false),
                ([0x5C, 0x47] + slice[4...], 0, true),
            ]))
        #expect(units.map(\.bytes) == [Frames.joined([slice])])
    }

    static let broken: [(payloads: [[UInt8]], cause: BrokenUnit)] = [
        ([[0x5C, 0x01, 1, 2], [0x5C, 0x41, 3]], .fragmentWithoutStart),
        ([[0x5C, 0x81, 0xC0, 2]], .unfinishedFragment),
        ([[0x5C, 0x81, 0xC0, 2], [0x41, 0xC0, 1]], .unfinishedFragment),
        ([[0x41, 0xC0], [0x78, 0, 9, 0x41]], .malformed),
        ([[0x41, 0xC0], [0x5C]], .malformed),
        ([[0x41, 0xC0], [0x41 | 0x1E]], .unsupported),
        ([[0x41, 0xC0], [0x59, 0, 0, 0]], .unsupported),
        ([Frames.slice(0x41, byteCount: 101)], .tooLarge),
        ([[0x06, 1, 1]], .withoutPicture),
    ]

    @Test(arguments: broken)
    func `a broken unit is counted by cause and stays inside`(
        payloads: [[UInt8]], cause: BrokenUnit
    ) {
        var receiver = Self.receiver { $0.byteCountLimit = 100 }
        let good = Frames.slice(0x41, byteCount: 9)
        let units = receiver.units(
            of: Self.packets(
                [(good, 9, true)] + payloads.map { ($0, 0, false) } + [(good, 1, true)]))
        #expect(units.map(\.bytes) == Array(repeating: Frames.joined([good]), count: 2))
        #expect(receiver.depacketizer.statistics[cause] == 1)
        for other in BrokenUnit.allCases where other != cause {
            #expect(receiver.depacketizer.statistics[other] == 0)
        }
    }

    @Test func `nothing comes before the first key frame, and none counts without its sets`() {
        let (idr, slice) = (Frames.slice(0x65, byteCount: 9), Frames.slice(0x41, byteCount: 9))
        var receiver = Self.receiver {
            $0.parameterSets = H264ParameterSets()
            $0.startsAtKeyframe = true
        }
        let units = receiver.units(
            of: Self.packets([
                (slice, 0, true), (idr, 1, true), (slice, 2, true), (Frames.sequence, 3, false),
                (Frames.picture, 3, false), (idr, 3, true), (slice, 4, true), (idr, 5, true),
            ]))
        #expect(units.map(\.timestamp) == [3, 4, 5])
        #expect(units.map(\.isKeyframe) == [true, false, true])
        #expect(receiver.depacketizer.statistics[.awaitingKeyframe] == 3)
        #expect(receiver.depacketizer.statistics.keyframes == 2)
    }

    @Test func `a key frame without parameter sets gets the known ones behind its delimiter`() {
        let idr = Frames.slice(0x65, byteCount: 9)
        var receiver = Self.receiver { $0.insertsParameterSets = true }
        let units = receiver.units(
            of: Self.packets([
                (idr, 0, true), (Frames.delimiter, 1, false), (Frames.picture, 1, false),
                (idr, 1, true),
            ]))
        #expect(
            units.map(\.bytes) == [
                Frames.joined([Frames.sequence, Frames.picture, idr]),
                Frames.joined([Frames.delimiter, Frames.sequence, Frames.picture, idr]),
            ])
    }

    @Test func `after a loss units say so, or wait for the next key frame`() {
        let (idr, slice) = (Frames.slice(0x65, byteCount: 9), Frames.slice(0x41, byteCount: 9))
        let all = Self.packets([
            (idr, 0, true), (slice, 1, true), (slice, 2, true), (slice, 3, true), (idr, 4, true),
        ])
        let packets = [all[0]] + all[2...]
        var receiver = Self.receiver()
        #expect(
            receiver.units(of: packets).map(\.followsLoss) == [false, true, false, false])
        receiver = Self.receiver { $0.resumesAtKeyframe = true }
        #expect(receiver.units(of: packets).map(\.timestamp) == [0, 4])
    }

    @Test func `a loss over the end of one unit and the beginning of the next breaks both`() {
        let (first, later) = (
            Frames.slice(0x41, byteCount: 9), Frames.slice(0x41, byteCount: 9, isFirst: false)
        )
        let all = Self.packets([
            (first, 0, true), (first, 1, false), (later, 1, true), (first, 2, false),
            (later, 2, true), (first, 3, true),
        ])
        var receiver = Self.receiver()
        let units = receiver.units(of: [all[0], all[1], all[4], all[5]])
        #expect(units.map(\.timestamp) == [0, 3])
        #expect(units.map(\.followsLoss) == [false, true])
        #expect(receiver.depacketizer.statistics[.lost] == 2)
    }

    @Test func `a broken unit comes out where it is asked for, marked`() {
        let idr = Frames.slice(0x65, byteCount: 30)
        let all = Self.packets([
            ([0x7C, 0x85] + idr[1..<9], 0, false), ([0x7C, 0x05] + idr[9..<20], 0, false),
            ([0x7C, 0x45] + idr[20...], 0, true),
        ])
        var receiver = Self.receiver { $0.emitsIncomplete = true }
        let units = receiver.units(of: [all[0], all[2]])
        #expect(units.map(\.isComplete) == [false])
        #expect(units.map(\.isKeyframe) == [false])
    }
}
