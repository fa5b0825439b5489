import Codecs
import Testing
import Wire

@Suite struct AACTests {
    static let configurations: [(hexadecimal: String, rate: Int, channels: Int)] = [
        ("1190", 48_000, 2), ("1210", 44_100, 2), ("1408", 16_000, 1), ("1588", 8_000, 1),
        ("11b056e500", 48_000, 6),  // followed by "no SBR", said backwards-compatibly
    ]

    @Test(arguments: configurations) func `reads what SDP and MP4 carry`(
        hexadecimal: String, rate: Int, channels: Int
    ) throws {
        let bytes = octets(hexadecimal)
        let configuration = try AudioSpecificConfig(parsing: bytes.span.bytes)
        #expect(configuration.objectType == 2)
        #expect(configuration.sampleRate == rate)
        #expect(configuration.channelCount == channels)
        #expect(configuration.samplesPerFrame == 1_024)
        #expect(configuration.bytes == bytes)
    }

    @Test func `explicit SBR keeps the core's rate and names the other`() throws {
        // Object type 5, core 24 kHz stereo, extension 48 kHz, core LC.
        let bytes: [UInt8] = [0x2B, 0x11, 0x88, 0x00]
        let configuration = try AudioSpecificConfig(parsing: bytes.span.bytes)
        #expect(configuration.objectType == 2)
        #expect(configuration.sampleRate == 24_000)
        #expect(configuration.extensionSampleRate == 48_000)
    }

    @Test(arguments: [48_000, 44_100, 8_000], [1, 2, 6, 8])
    func `what is made reads back the same`(rate: Int, channels: Int) throws {
        let made = try #require(AudioSpecificConfig(sampleRate: rate, channelCount: channels))
        let read = try AudioSpecificConfig(parsing: made.bytes.span.bytes)
        #expect(read == made)
    }

    @Test func `what has no index is not made`() {
        #expect(AudioSpecificConfig(sampleRate: 47_999, channelCount: 2) == nil)
        #expect(AudioSpecificConfig(sampleRate: 48_000, channelCount: 7) == nil)
        #expect(AudioSpecificConfig(sampleRate: 48_000, channelCount: 0) == nil)
    }

    @Test func `configurations cut or reserved are refused`() {
        for bytes in [[], [0x11], [0x16, 0x90], [0x11, 0xC8]] as [[UInt8]] {
            #expect(throws: ParseError.self) { try AudioSpecificConfig(parsing: bytes.span.bytes) }
        }
    }

    /// As ffmpeg writes it before a frame of 371 octets, but for the buffer fullness.
    @Test func `an ADTS header is written and read`() throws {
        let configuration = try #require(AudioSpecificConfig(sampleRate: 48_000, channelCount: 2))
        let header = try #require(ADTSHeader(configuration, payloadByteCount: 371))
        var writer = ByteWriter()
        header.write(to: &writer)
        #expect(writer.bytes == octets("fff14c802f5ffc"))
        let bytes = writer.bytes
        #expect(try ADTSHeader(parsing: bytes.span.bytes) == header)
        #expect(header.frameByteCount == 378)
        for count in 0..<7 {
            let cut = Array(bytes[..<count])
            #expect(throws: ParseError.self) { try ADTSHeader(parsing: cut.span.bytes) }
        }
    }

    @Test func `a checksum lengthens the header`() throws {
        let bytes = octets("fff04c802f5ffc0000")
        #expect(try ADTSHeader(parsing: bytes.span.bytes).byteCount == 9)
    }

    @Test func `frames beyond thirteen bits of length have no header`() throws {
        let configuration = try #require(AudioSpecificConfig(sampleRate: 48_000, channelCount: 2))
        #expect(ADTSHeader(configuration, payloadByteCount: 8_184) != nil)
        #expect(ADTSHeader(configuration, payloadByteCount: 8_185) == nil)
    }
}
