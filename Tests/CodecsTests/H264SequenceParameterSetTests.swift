import Codecs
import Testing
import Wire

/// Sets written by x264, one for each branch of the syntax.
@Suite struct H264SequenceParameterSetTests {
    struct Written: CustomTestStringConvertible {
        let testDescription: String
        let hexadecimal: String
        let width: Int
        let height: Int
        var chromaFormat: UInt32 = 1
        var depth: UInt8 = 8
        let reorderedFrames: UInt32
        let framesPerSecond: Double
    }

    static let written = [
        Written(
            testDescription: "Baseline, no cropping",
            hexadecimal: "6742c01fd9005005bb0110000003001000000303c0f1832480",
            width: 1_280, height: 720, reorderedFrames: 0, framesPerSecond: 30),
        Written(
            testDescription: "High, cropped rows, B-frames",
            hexadecimal: "67640028acd940780227e5c044000003000400000300c83c60c658",
            width: 1_920, height: 1_080, reorderedFrames: 2, framesPerSecond: 25),
        Written(
            testDescription: "Main",
            hexadecimal: "674d4016eca05017fcb80880000003008000000f078b16cb",
            width: 640, height: 360, reorderedFrames: 2, framesPerSecond: 15),
        Written(
            testDescription: "interlaced, with a reference decoder",
            hexadecimal: "67640028acd94078044fde022000007d20001d4c0c90001e848003d09498601f162d96",
            width: 1_920, height: 1_080, reorderedFrames: 2, framesPerSecond: 30_000 / 1_001),
        Written(
            testDescription: "4:4:4",
            hexadecimal: "67f4000d919b282810fc7e0220000003002000000781e28532c0",
            width: 320, height: 242, chromaFormat: 3, reorderedFrames: 2, framesPerSecond: 30),
        Written(
            testDescription: "4:2:2 in ten bits",
            hexadecimal: "677a000db6cd941519e22370110000030001000003003c0f142996",
            width: 322, height: 180, chromaFormat: 2, depth: 10, reorderedFrames: 2,
            framesPerSecond: 30),
    ]

    @Test(arguments: written) func `reads size, depth and order`(set: Written) throws {
        let bytes = octets(set.hexadecimal)
        let parsed = try H264SequenceParameterSet(parsing: bytes.span.bytes)
        #expect(parsed.width == set.width)
        #expect(parsed.height == set.height)
        #expect(parsed.chromaFormat == set.chromaFormat)
        #expect(parsed.bitDepths == (set.depth, set.depth))
        #expect(parsed.reorderedFrames == set.reorderedFrames)
        let timing = try #require(parsed.timing)
        let rate = Double(timing.timeScale) / Double(timing.unitsInTick) / 2
        #expect(abs(rate - set.framesPerSecond) < 0.001)
    }

    @Test func `the sets of RFC 6184's example are of the smallest pictures`() throws {
        let sets = H264ParameterSets(spropParameterSets: "Z0IACpZTBYmI,aMljiA==")  // §8.2.1
        #expect(sets.isComplete)
        let unit = try #require(sets.sequence)
        let parsed = try H264SequenceParameterSet(parsing: unit.span.bytes)
        #expect(parsed.width == 176 && parsed.height == 144)
        #expect(parsed.profileLevel == 0x42000A && parsed.reorderedFrames == nil)
    }

    @Test(arguments: written) func `a set cut anywhere is refused or says less`(set: Written) {
        let bytes = octets(set.hexadecimal)
        for count in 0..<bytes.count {
            let cut = Array(bytes[..<count])
            guard let parsed = try? H264SequenceParameterSet(parsing: cut.span.bytes) else {
                continue
            }
            #expect(parsed.height == set.height)
        }
    }

    @Test func `other NAL units are refused`() {
        let bytes = [0x68] + octets(Self.written[0].hexadecimal).dropFirst()
        #expect(throws: ParseError.invalid(field: "NAL unit type", at: 0)) {
            try H264SequenceParameterSet(parsing: bytes.span.bytes)
        }
    }
}

func octets(_ hexadecimal: String) -> [UInt8] {
    let digits = hexadecimal.compactMap { $0.hexDigitValue }
    return stride(from: 0, to: digits.count - 1, by: 2).map {
        UInt8(digits[$0] << 4 | digits[$0 + 1])
    }
}
