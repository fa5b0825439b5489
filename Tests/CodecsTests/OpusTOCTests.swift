import Codecs
import Testing
import Wire

@Suite struct OpusTOCTests {
    /// RFC 6716 §3.1, table 2: frame lengths by configuration, in microseconds.
    static let lengths: [Int] =
        [10_000, 20_000, 40_000, 60_000, 10_000, 20_000, 40_000, 60_000]
        + [10_000, 20_000, 40_000, 60_000, 10_000, 20_000, 10_000, 20_000]
        + (0..<4).flatMap { _ in [2_500, 5_000, 10_000, 20_000] }

    @Test(arguments: 0..<32) func `every configuration has its frame length`(
        configuration: Int
    ) throws {
        for stereo in [0, 4] as [UInt8] {
            let packet = [UInt8(configuration << 3) | stereo]
            let toc = try OpusTOC(parsing: packet.span.bytes)
            #expect(toc.frameMicroseconds == Self.lengths[configuration])
            #expect(toc.durationTicks == UInt32(Self.lengths[configuration] * 48 / 1_000))
            #expect(toc.frameCount == 1)
            #expect(toc.isStereo == (stereo != 0))
        }
    }

    @Test func `counts two frames, or as many as the second octet says`() throws {
        for code in [1, 2] as [UInt8] {
            let packet = [31 << 3 | code]
            #expect(try OpusTOC(parsing: packet.span.bytes).durationMicroseconds == 40_000)
        }
        let six: [UInt8] = [31 << 3 | 3, 0xC6]
        #expect(try OpusTOC(parsing: six.span.bytes).durationMicroseconds == 120_000)
    }

    @Test(
        arguments: [[], [31 << 3 | 3], [31 << 3 | 3, 7], [31 << 3 | 3, 0], [3, 13]] as [[UInt8]]
    )
    func `an empty, uncounted or too long packet throws`(packet: [UInt8]) {
        #expect(throws: ParseError.self) { try OpusTOC(parsing: packet.span.bytes) }
    }
}
