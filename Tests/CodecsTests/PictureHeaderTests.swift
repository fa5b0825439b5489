import Codecs
import Testing
import Wire

/// What stands once in a stream or at its key frames, and tells of the pictures.
@Suite struct PictureHeaderTests {
    /// As x265 wrote it: Main, 320 × 240, no B-frames.
    static let h265 = octets(
        "42010101600000030090000003000003003ca00a080f16592a4932bc05a020000003002000000301e1")

    static let vp8 = octets("1002009d012a4041f0c0")
    static let vp9 = octets("824983420013f00ef0")
    static let deepVP9 = octets("92498342 0009f80778")

    /// AV1 §5.5, field by field: a still picture of 320 × 240.
    static let stillAV1 = bits(
        "000 1 1", "00101",  // profile 0, still, reduced; level 3.1
        "1000 0111 100111111 11101111",  // nine and eight bits for 319 and 239
        "000 000",  // tools
        "0 0 0 1 10 0 0")  // eight bits, colour, no description, full range, co-located chroma

    /// Moving pictures of 1920 × 1080 in ten bits, level 4.0 of the high tier.
    static let movingAV1 = bits(
        "000 0 0 0 0", "00000 000000000000 01000 1",  // no timing, no delay; one operating point
        "1010 1010 11101111111 10000110111", "0",  // eleven bits each; no frame numbers
        "111 1111", "1 11", "1 1 110",  // order hints of seven bits, tools as each frame has it
        "111", "1 0 1 00000001 00000001 00000001 0 01 0 0")  // BT.709, chroma to the left

    @Test func `an H 265 sequence parameter set tells size, depth and order`() throws {
        let set = try H265SequenceParameterSet(parsing: Self.h265.span.bytes)
        #expect(set.width == 320 && set.height == 240)
        #expect(set.profile == 1 && set.id == 0 && set.chromaFormat == 1)
        #expect(set.lumaBitDepth == 8 && set.chromaBitDepth == 8)
        #expect(set.temporalLayerCount == 1 && set.isTemporallyNested)
        #expect(set.reorderedFrames == 0)
        #expect(set.profileTierLevel.count == 12)
    }

    @Test func `key frames of VP8 and VP9 tell their size and colours`() throws {
        let vp8 = try VP8KeyframeHeader(parsing: Self.vp8.span.bytes)
        #expect(vp8.width == 320 && vp8.height == 240)  // less the scale in the upper bits
        let vp9 = try VP9KeyframeHeader(parsing: Self.vp9.span.bytes)
        #expect(vp9 == VP9KeyframeHeader(profile: 0, width: 320, height: 240))
        let deep = try VP9KeyframeHeader(parsing: Self.deepVP9.span.bytes)
        #expect(deep.profile == 2 && deep.bitDepth == 10)
        #expect(deep.width == 320 && deep.height == 240)
        for other in ["8649834200", "8800000000"] {  // another frame, and one shown again
            let bytes = octets(other)
            #expect(throws: ParseError.self) { try VP9KeyframeHeader(parsing: bytes.span.bytes) }
        }
    }

    @Test func `an AV1 sequence header tells size, depth and colours`() throws {
        let still = try AV1SequenceHeader(parsing: Self.stillAV1.span.bytes)
        #expect(still.profile == 0 && still.level == 5 && !still.isHighTier)
        #expect(still.width == 320 && still.height == 240 && still.bitDepth == 8)
        #expect(still.isChromaHalvedAcross && still.isChromaHalvedDown)
        #expect(still.chromaSamplePosition == 2 && !still.isMonochrome)
        let moving = try AV1SequenceHeader(parsing: Self.movingAV1.span.bytes)
        #expect(moving.level == 8 && moving.isHighTier && moving.bitDepth == 10)
        #expect(moving.width == 1_920 && moving.height == 1_080)
        #expect(moving.chromaSamplePosition == 1)
    }

    /// Each parser, as what it says of some octets; `nil` when it refuses them.
    struct Parser: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var octets: [UInt8]
        /// Behind so many octets nothing more is needed.
        var needed: Int
        var size: @Sendable ([UInt8]) -> [Int]?
    }

    static let parsers = [
        Parser(testDescription: "H.265", octets: h265, needed: h265.count) { octets in
            (try? H265SequenceParameterSet(parsing: octets.span.bytes)).map {
                [$0.width, $0.height]
            }
        },
        Parser(testDescription: "VP8", octets: vp8, needed: 10) { octets in
            (try? VP8KeyframeHeader(parsing: octets.span.bytes)).map { [$0.width, $0.height] }
        },
        Parser(testDescription: "VP9", octets: vp9, needed: 9) { octets in
            (try? VP9KeyframeHeader(parsing: octets.span.bytes)).map { [$0.width, $0.height] }
        },
        Parser(testDescription: "a still AV1", octets: stillAV1, needed: stillAV1.count) { octets in
            (try? AV1SequenceHeader(parsing: octets.span.bytes)).map { [$0.width, $0.height] }
        },
        Parser(testDescription: "AV1", octets: movingAV1, needed: movingAV1.count) { octets in
            (try? AV1SequenceHeader(parsing: octets.span.bytes)).map { [$0.width, $0.height] }
        },
    ]

    @Test(arguments: parsers) func `cut at any octet it is refused, or tells the same`(
        parser: Parser
    ) {
        let whole = parser.size(parser.octets)
        #expect(whole != nil)
        for count in 0..<parser.octets.count {
            let cut = parser.size(Array(parser.octets[..<count]))
            #expect(cut == nil || cut == whole)
            if count < parser.needed / 2 { #expect(cut == nil) }
        }
    }

    @Test(arguments: parsers) func `no octet turned to anything traps`(parser: Parser) {
        for index in parser.octets.indices {
            for value in UInt8(0)...255 {
                var damaged = parser.octets
                damaged[index] = value
                let size = parser.size(damaged)
                #expect(size == nil || size?.allSatisfy { $0 > 0 } ?? false)
            }
        }
    }

    /// Octets of bits, filled up with zeros.
    static func bits(_ fields: String...) -> [UInt8] {
        let bits = fields.joined().filter { $0 != " " }.map { $0 == "1" ? UInt8(1) : 0 }
        return stride(from: 0, to: bits.count, by: 8).map { start in
            (0..<8).reduce(UInt8(0)) { $0 << 1 | (start + $1 < bits.count ? bits[start + $1] : 0) }
        }
    }
}
