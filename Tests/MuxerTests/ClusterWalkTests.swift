import Testing
import Timing

@testable import Muxer

/// Clusters taken out of a WebM recording.
@Suite struct ClusterWalkTests {
    private static func recording() throws -> (header: [UInt8], parts: [IndexedPart], file: [UInt8])
    {
        let (samples, formats) = WebMTests.clip()
        let file = try SegmentPartsTests.record(samples, formats, .webm)
        let (header, parts, _) = try #require(IndexTests.read(file.index))
        return (header.initialization, parts, file.bytes)
    }

    @Test func `moved clusters hold the same blocks, earlier`() throws {
        let (header, parts, file) = try Self.recording()
        let key = try #require(parts.dropFirst().firstIndex { $0.isIndependent })
        let rest = Array(file[Int(parts[key].offset)...])
        let before = try #require(WebMTests.blocks(of: header + rest))
        let moved = try #require(
            WebMTests.blocks(of: header + ClusterWalk.moved(rest, by: 1000)))
        #expect(moved.count == before.count)
        for (moved, block) in zip(moved, before) {
            #expect(moved.milliseconds == block.milliseconds - 1000)
            #expect(moved.payload == block.payload && moved.isKeyframe == block.isKeyframe)
        }
    }

    @Test func `clusters moved later, or before zero, stay clusters`() throws {
        let (header, parts, file) = try Self.recording()
        let rest = Array(file[Int(parts[0].offset)...])
        let later = try #require(
            WebMTests.blocks(of: header + ClusterWalk.moved(rest, by: -100_000)))
        #expect(later.allSatisfy { $0.milliseconds >= 100_000 })
        let early = ClusterWalk.moved(rest, by: .max)
        #expect(WebMTests.blocks(of: header + early)?.count == later.count)
    }

    @Test func `the first sample of a track is its first block's octets`() throws {
        let (_, parts, file) = try Self.recording()
        let cluster = Array(file[Int(parts[0].offset)..<Int(parts[0].end)])
        let samples = (1...3).map { ClusterWalk.firstSample(ofTrack: $0, in: cluster.span.bytes) }
        #expect(samples[0]?.starts(with: [0x10, 2, 0, 0x9D, 1, 0x2A]) == true)
        #expect(samples[1]?.first == 0xFC && samples[2] == nil)
    }

    @Test func `octets cut or turned anywhere are passed over`() throws {
        let (_, parts, file) = try Self.recording()
        let cluster = Array(file[Int(parts[0].offset)..<Int(parts[0].end)])
        for count in 0..<min(cluster.count, 400) {
            let cut = Array(cluster[..<count])
            #expect(ClusterWalk.moved(cut, by: 5).isEmpty)
            let sample = ClusterWalk.firstSample(ofTrack: 1, in: cut.span.bytes)
            #expect(sample == nil)
            var turned = cluster
            turned[count] ^= 0xFF
            _ = ClusterWalk.moved(turned, by: 5)
            _ = ClusterWalk.firstSample(ofTrack: 1, in: turned.span.bytes)
        }
    }
}
