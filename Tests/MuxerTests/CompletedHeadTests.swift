import Codecs
import Testing
import Timing

@testable import Muxer

/// Key frames of a transport stream that bring some of their parameter sets and lack others.
@Suite struct CompletedHeadTests {
    private static let known = ChangedH265.sets
    private static let delimiter: [UInt8] = [0x46, 1, 0x50]
    private static let message: [UInt8] = [0x4E, 1, 5, 1, 7, 0x80]
    private static let slice: [UInt8] = [0x26, 1, 0xAF, 3, 4]
    private static let last: [UInt8] = [0x26, 1, 0x2F, 5, 6]
    private static var other: [UInt8] {
        var other = known[1]
        other[other.count - 1] ^= 2
        return other
    }

    struct Head: CustomTestStringConvertible {
        let name: String
        let given: [[UInt8]]
        let written: [[UInt8]]
        var testDescription: String { name }
    }

    static let heads = [
        Head(name: "none", given: [message], written: known + [message]),
        Head(
            name: "the sequence's", given: [delimiter, other, message],
            written: [known[0], other, known[2], message]),
        Head(
            name: "the sequence's behind a message", given: [message, other],
            written: [message, known[0], other, known[2]]),
        Head(
            name: "all but the sequence's", given: [delimiter, known[0], known[2]],
            written: known),
        Head(name: "all", given: [delimiter] + known, written: known),
        Head(name: "a delimiter alone", given: [delimiter], written: known),
    ]

    @Test(arguments: heads, [NALUnitFraming.startCodes, SyntheticStream.lengths])
    func `each set stands behind those it refers to, new or old`(
        head: Head, framing: NALUnitFraming
    ) throws {
        let format = TrackFormat.h265(parameterSets: Self.known, framing: framing)
        let slices = [Self.slice, Self.last]
        let sample = SourceSample(
            sample: Sample(track: 0, time: .zero, isKeyframe: true),
            payload: (head.given + slices).flatMap { SyntheticStream.framed($0, framing) })
        let unit = try #require(demux(try mux([sample], [format]).bytes).first)
        let expected = ([Self.delimiter] + head.written + slices).flatMap {
            SyntheticStream.framed($0, .startCodes)
        }
        #expect(unit.payload == expected)
    }
}
