import Codecs
import Testing
import Timing
import Wire

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

    private static func joined(_ files: [[UInt8]], by count: Int = 50) -> [UInt8] {
        var joiner = TransportJoiner()
        var output: [UInt8] = []
        for (index, file) in files.enumerated() {
            if index > 0 { joiner.nextFile() }
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
        let joined = Self.joined(files, by: packets)
        #expect(joined.count == files.reduce(0) { $0 + $1.count })
        #expect(Self.findings(joined) == [])
    }

    @Test(arguments: [-500_000, -900, -1, 0, 1, 90, 900, 500_000] as [Int64])
    func `where the clock does not go on, its first packet says so`(gap: Int64) throws {
        let start = Interval.seconds(1_000)
        let files = [
            try Self.file(from: start, seed: 1),
            try Self.file(from: start + .seconds(3) + .milliseconds(gap), seed: 2),
        ]
        #expect(Self.findings(Self.joined(files)) == [])
    }

    @Test func `a clock that goes on is not said to begin anew`() throws {
        let files = [
            try Self.file(from: .zero, seed: 1), try Self.file(from: .seconds(3), seed: 2),
        ]
        let joined = Self.joined(files)
        let jumps = stride(from: 0, to: joined.count, by: 188).count {
            joined[$0 + 3] & 0x20 != 0 && joined[$0 + 4] > 0 && joined[$0 + 5] & 0x80 != 0
        }
        #expect(jumps == 0)
    }

    @Test func `a map that reads differently has another version, and then keeps it`() throws {
        func file(_ second: Int, channels: Int) throws -> [UInt8] {
            var clip = Clip(audio: .opus(channelCount: channels), seconds: 2)
            clip.start = .seconds(Int64(second))
            return try SegmentPartsTests.record(clip.samples(), clip.formats, .mpegts).bytes
        }
        let files = [
            try file(0, channels: 2), try file(2, channels: 1), try file(4, channels: 1),
            try file(6, channels: 2),
        ]
        let bare = files.flatMap { $0 }
        #expect(Self.findings(bare).contains(.map), "who checks it would notice")
        let joined = Self.joined(files)
        #expect(Self.findings(joined) == [])
        var versions: [UInt8] = []
        for piece in [0, 2, 4, 6] {
            let end = files.prefix(piece / 2 + 1).reduce(0) { $0 + $1.count }
            versions.append(try #require(check(Array(joined[..<end])).map).version)
        }
        #expect(versions == [0, 1, 1, 2])
    }

    @Test func `a version goes on from the last one's, whatever the file counts itself`() throws {
        let clip = Clip(audio: .opus(channelCount: 2), seconds: 2)
        func stream(_ changes: Int) throws -> [UInt8] {
            var writer = try TransportStreamWriter(clip.formats)
            var output = ByteWriter()
            for number in 0..<changes {
                try writer.change(
                    track: 1, to: .opus(channelCount: number % 2 + 1), into: &output)
            }
            for source in clip.samples() {
                try writer.write(source.sample, payload: source.payload.span.bytes, into: &output)
            }
            writer.flush(into: &output)
            return output.bytes
        }
        // The same map as version 2 and as version 0 of another writer's.
        let files = [try stream(2), try stream(0)]
        #expect(try #require(check(files[0]).map).version == 2)
        #expect(try #require(check(Self.joined(files)).map).version == 2)
        #expect(Self.findings(Self.joined(files)) == [])
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
