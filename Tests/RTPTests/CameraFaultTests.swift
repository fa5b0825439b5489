import Codecs
import RTP
import Testing
import Timing

/// What cameras do that the RFC forbids or nobody expects, beyond what `H264DepacketizerTests` has.
@Suite struct CameraFaultTests {
    typealias Frames = H264Frames

    static func units(
        _ list: [([UInt8], UInt32, Bool)], sets: H264ParameterSets = H264ParameterSets()
    ) -> (units: [AccessUnit], sets: H264ParameterSets) {
        var configuration = H264Depacketizer.Configuration()
        configuration.parameterSets = sets
        var receiver = TrackReceiver(H264Depacketizer(configuration), payloadType: 96)
        let units = receiver.units(of: H264DepacketizerTests.packets(list))
        return (units, receiver.depacketizer.parameterSets)
    }

    static func aggregate(_ units: [[UInt8]]) -> [UInt8] {
        [0x78] + units.flatMap { [UInt8($0.count >> 8), UInt8($0.count & 0xFF)] + $0 }
    }

    /// A sequence parameter set whose picture order count is the other of two.
    static let otherSequence: [UInt8] = [
        0x67, 0x42, 0x00, 0x1E, 0xAB, 0x40, 0x50, 0x1E, 0xD8, 0x08, 0x80,
    ]
    static let otherPicture: [UInt8] = [0x68, 0xCE, 0x38, 0x80]

    @Test func `sets behind start codes in SDP, with zeros behind them, are read`() {
        // retina's changelog, v0.4.11 and v0.4.17: Annex B in sprop, an SPS with trailing octets.
        let sets = H264ParameterSets(
            spropParameterSets: "AAAAAWdkAB6s2UCgL/lwEQAA,AAABaOvjyyLA")
        #expect(sets.sequence == Frames.sequence)
        #expect(sets.picture == Frames.picture)
    }

    @Test func `sets of the stream win over others that SDP gave`() {
        let idr = Frames.slice(0x65, byteCount: 9)
        let out = Self.units(
            [
                (Self.aggregate([Self.otherSequence, Self.otherPicture]), 0, false),
                (idr, 0, true), (idr, 1, true),
            ], sets: Frames.sets)
        let whole = Frames.joined([Self.otherSequence, Self.otherPicture, idr])
        #expect(out.units.map(\.bytes) == [whole, whole])
        #expect(out.sets.sequence == Self.otherSequence)
    }

    @Test func `an invalid set of SDP leaves room for those of the stream`() {
        let idr = Frames.slice(0x65, byteCount: 9)
        let sets = H264ParameterSets(spropParameterSets: "Z2==,aA==,!!")
        #expect(!sets.isComplete)
        let out = Self.units(
            [
                (idr, 0, true), (Self.aggregate([Frames.sequence, Frames.picture]), 1, false),
                (idr, 1, true),
            ], sets: sets)
        #expect(out.units.map(\.timestamp) == [1])
    }

    @Test func `sets that change with every key frame each stand before their own pictures`() {
        // MediaMTX #4262: a camera whose PPS alternates; MNVR #217: one whose resolution does.
        let (idr, slice) = (Frames.slice(0x65, byteCount: 9), Frames.slice(0x41, byteCount: 9))
        var list: [([UInt8], UInt32, Bool)] = []
        for group in UInt32(0)..<6 {
            let sets =
                group % 2 == 0
                ? [Frames.sequence, Frames.picture] : [Self.otherSequence, Self.otherPicture]
            list.append((Self.aggregate(sets), group * 2, false))
            list.append((idr, group * 2, true))
            list.append((slice, group * 2 + 1, true))
        }
        let out = Self.units(list)
        #expect(out.units.count == 12)
        for (index, unit) in out.units.enumerated() where index % 2 == 0 {
            let length = Int(unit.bytes[3])  // of the first unit, which is short
            let first = Array(unit.bytes[4..<4 + length])
            #expect(first == (index % 4 == 0 ? Frames.sequence : Self.otherSequence))
            #expect(unit.isKeyframe)
        }
    }

    @Test func `sets differ by what they say, not by their octets alone`() throws {
        let all = [Frames.sequence, Frames.sequence + [0, 0], Self.otherSequence]
        let sets = try all.map { try H264SequenceParameterSet(parsing: $0.span.bytes) }
        #expect(sets[0] == sets[1])
        #expect(sets[0] != sets[2])
    }

    @Test func `B-frames come in the order of decoding, with times of decoding that rise`() {
        let order: [Int64] = [0, 4, 2, 1, 3, 8, 6, 5, 7, 12, 10, 9, 11]
        let list = order.enumerated().map { index, shown in
            let octet: UInt8 = index == 0 ? 0x65 : 0x41
            return (Frames.slice(octet, byteCount: 9), UInt32(shown * 3_000), true)
        }
        let out = Self.units(list, sets: Frames.sets)
        #expect(out.units.map(\.timestamp) == order.map { $0 * 3_000 })
        var (times, detector) = (
            DecodeTimes(reorderedFrames: 2, nominalStep: 3_000), ReorderingDetector()
        )
        var last = Int64.min
        for unit in out.units {
            detector.accessUnitArrived(unit)
            let time = times.decodeTime(of: unit.timestamp)
            #expect(time > last && time <= unit.timestamp)
            last = time
        }
        #expect(detector.evidence == .timestampsGoBack)
    }

    @Test func `two first slices of one time, the fields of a frame, are one unit`() {
        let (top, bottom) = (
            Frames.slice(0x65, byteCount: 9, fill: 1), Frames.slice(0x41, byteCount: 9, fill: 2)
        )
        let out = Self.units(
            (UInt32(0)..<3).flatMap { [(top, $0, false), (bottom, $0, true)] }, sets: Frames.sets)
        let frame = Frames.joined([Frames.sequence, Frames.picture, top, bottom])
        #expect(out.units.map(\.bytes) == [frame, frame, frame])
    }

    @Test func `aggregates and fragments are taken, though SDP says mode 0`() {
        let idr = Frames.slice(0x65, byteCount: 9)
        let out = Self.units([
            (Self.aggregate([Frames.sequence, Frames.picture]), 0, false),
            ([0x7C, 0x85] + idr[1..<5], 0, false), ([0x7C, 0x45] + idr[5...], 0, true),
        ])
        #expect(out.units.map(\.bytes) == [Frames.joined([Frames.sequence, Frames.picture, idr])])
    }
}
