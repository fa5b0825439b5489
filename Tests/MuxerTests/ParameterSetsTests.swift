import Codecs
import Testing
import Timing
import Wire

@testable import Muxer

/// What is kept of the parameter sets that a stream brings.
@Suite struct ParameterSetsTests {
    @Test func `a key frame with one kind of sets leaves the others known`() {
        var source = SyntheticStream(seed: 5)
        let other: [UInt8] = [0x68, 0xCE, 0x38, 0x80]
        let keyframe = source.picture(
            isKeyframe: true, byteCount: 100, framing: SyntheticStream.lengths, sets: [other])
        let learned = SyntheticStream.h264.learning(from: keyframe.span.bytes)
        #expect(
            learned
                == .h264(
                    parameterSets: [SyntheticStream.sps, other], framing: SyntheticStream.lengths))
    }

    @Test func `what is longer than any set is none`() {
        var source = SyntheticStream(seed: 6)
        let endless = SyntheticStream.sps + [UInt8](repeating: 0x55, count: 70_000)
        let keyframe = source.picture(
            isKeyframe: true, byteCount: 100, framing: SyntheticStream.lengths, sets: [endless])
        #expect(
            SyntheticStream.h264.learning(from: keyframe.span.bytes) == SyntheticStream.h264)
    }

    @Test func `hundreds of sets of one kind drive out none of another`() {
        var sets = ParameterSets([SyntheticStream.sps], isH265: false)
        for id in 0..<256 as Range<UInt32> {
            var unit = BitText()
            unit.append(0x68, bits: 8)
            let length = UInt32.bitWidth - (id + 1).leadingZeroBitCount
            unit.append(id + 1, bits: 2 * length - 1)
            unit.append(0x80, bits: 8)
            sets.learn(unit.octets.span.bytes, kind: .picture)
        }
        #expect(sets.units(of: .sequence) == [SyntheticStream.sps])
        #expect(sets.units(of: .picture).count == 64)
    }

    @Test func `players are asked for the profile, level and depth that the stream has`() {
        var header = VP9KeyframeHeader(profile: 2, width: 3_840, height: 2_160)
        header.bitDepth = 10
        #expect(TrackFormat.vp9(header).codecName == "vp09.02.50.10")
        #expect(TrackFormat.vp9(nil).codecName == "vp09.00.41.08")
        #expect(TrackFormat.av1(sequenceHeader: []).codecName == "av01.0.08M.08")
    }
}

/// Bits one after the other.
private struct BitText {
    private var bits: [Bool] = []

    /// The low bits of a number, most significant first.
    mutating func append(_ value: UInt32, bits count: Int) {
        for place in (0..<count).reversed() {
            bits.append(place < UInt32.bitWidth && value >> UInt32(place) & 1 == 1)
        }
    }

    var octets: [UInt8] {
        stride(from: 0, to: bits.count, by: 8).map { start in
            (start..<start + 8).reduce(UInt8(0)) { octet, place in
                octet << 1 | (place < bits.count && bits[place] ? 1 : 0)
            }
        }
    }
}
