import Codecs
import Testing
import Timing

@testable import Muxer

/// Transport streams of several files made into one.
@Suite struct TransportJoinerTests {
    private static func file(from start: Interval, seed: UInt64) throws -> [UInt8] {
        let aac = AudioSpecificConfig(sampleRate: 48_000, channelCount: 2).map(TrackFormat.aac)
        var clip = Clip(audio: aac, seconds: 3)
        clip.start = start
        return try SegmentPartsTests.record(clip.samples(seed: seed), clip.formats, .mpegts).bytes
    }

    private static func findings(_ bytes: [UInt8]) -> [TransportFinding.Indicator] {
        var checker = TransportStreamChecker()
        checker.receive(bytes.span.bytes)
        checker.finish()
        return checker.findings.map(\.indicator)
    }

    private static func joined(_ files: [[UInt8]], isJump: Bool, by count: Int) -> [UInt8] {
        var joiner = TransportJoiner()
        var output: [UInt8] = []
        for (index, file) in files.enumerated() {
            if index > 0 { joiner.nextFile(isJump: isJump) }
            for start in stride(from: 0, to: file.count, by: count * 188) {
                var piece = Array(file[start..<min(start + count * 188, file.count)])
                joiner.join(&piece)
                output += piece
            }
        }
        return output
    }

    @Test(arguments: [1, 7, 10_000])
    func `the counters go on from file to file`(packets: Int) throws {
        let files = [
            try Self.file(from: .zero, seed: 1), try Self.file(from: .seconds(3), seed: 2),
            try Self.file(from: .seconds(6), seed: 3),
        ]
        #expect(Self.findings(files.flatMap { $0 }).contains(.continuity))
        let joined = Self.joined(files, isJump: false, by: packets)
        #expect(joined.count == files.reduce(0) { $0 + $1.count })
        #expect(Self.findings(joined) == [])
    }

    @Test func `where the time jumps the clock's packet says so`() throws {
        let files = [
            try Self.file(from: .seconds(500), seed: 1), try Self.file(from: .zero, seed: 2),
        ]
        #expect(
            Self.findings(Self.joined(files, isJump: false, by: 50))
                .contains(.referenceDiscontinuity))
        #expect(Self.findings(Self.joined(files, isJump: true, by: 50)) == [])
    }

    @Test func `what is no packet stays as it is`() {
        var joiner = TransportJoiner()
        for octets in [
            [], [0x47], [UInt8](repeating: 0x47, count: 187), [UInt8](repeating: 1, count: 376),
        ] {
            var joined = octets
            joiner.join(&joined)
            #expect(joined == octets)
        }
    }
}
