import Codecs
import Testing
import Wire

@Suite struct MPEGAudioHeaderTests {
    struct Example: CustomTestStringConvertible {
        let octets: [UInt8]
        let rate: Int
        let samples: Int
        let channels: Int
        let byteCount: Int

        var testDescription: String { "\(rate) Hz, \(byteCount) octets" }
    }

    static let examples = [  // LAME's, as ffmpeg reads them
        Example(
            octets: [0xFF, 0xFB, 0x50, 0xC4], rate: 44_100, samples: 1_152, channels: 1,
            byteCount: 208),
        Example(
            octets: [0xFF, 0xFB, 0x92, 0x64], rate: 44_100, samples: 1_152, channels: 2,
            byteCount: 418),
        Example(
            octets: [0xFF, 0xFB, 0x54, 0x64], rate: 48_000, samples: 1_152, channels: 2,
            byteCount: 192),
        Example(
            octets: [0xFF, 0xF3, 0x84, 0xC4], rate: 24_000, samples: 576, channels: 1,
            byteCount: 192),
        Example(
            octets: [0xFF, 0xE3, 0x18, 0xC4], rate: 8_000, samples: 576, channels: 1,
            byteCount: 72),
    ]

    @Test(arguments: examples) func `says the frame's rate, samples and length`(
        example: Example
    ) throws {
        let header = try MPEGAudioHeader(parsing: example.octets.span.bytes)
        #expect(header.sampleRate == example.rate && header.sampleCount == example.samples)
        #expect(header.channelCount == example.channels)
        #expect(header.frameByteCount == example.byteCount)
    }

    @Test(
        arguments: [
            [0xFF, 0xFB, 0x50], [0xFE, 0xFB, 0x50, 0], [0xFF, 0xEB, 0x50, 0],
            [0xFF, 0xFD, 0x50, 0],
            [0xFF, 0xFB, 0x00, 0], [0xFF, 0xFB, 0xF0, 0], [0xFF, 0xFB, 0x5C, 0],
        ] as [[UInt8]]) func `refuses what is no layer III, or says no length`(octets: [UInt8])
    {
        #expect(throws: ParseError.self) { try MPEGAudioHeader(parsing: octets.span.bytes) }
    }
}
