import Testing
import Timing
import Wire

@testable import Muxer

/// Tracks of WebM that are taken out where they lie.
@Suite struct ClusterHidingTests {
    /// A file of VP8 and Opus, a second of each: what stands before its clusters, and these.
    private static func file() throws -> (head: [UInt8], clusters: [UInt8]) {
        var writer = try SegmentWriter(
            [.vp8(nil), .opus(channelCount: 2)], container: .webm)
        var output = ByteWriter()
        for number in 0..<50 {
            let time = Interval.milliseconds(Int64(number) * 20)
            if number % 5 == 0 {
                let picture: [UInt8] =
                    number == 0
                    ? [0x50, 3, 0, 0x9D, 1, 0x2A, 0x40, 0, 0x30, 0, 0, 0x47] : [0x51, 0xA3, 0xAE]
                _ = try writer.write(
                    Sample(track: 0, time: time, isKeyframe: number == 0),
                    payload: picture.span.bytes, into: &output)
            }
            let frame: [UInt8] = [0xFC, 0xA3, 0xAE, 0x81]
            _ = try writer.write(
                Sample(track: 1, time: time), payload: frame.span.bytes, into: &output)
        }
        writer.end(into: &output)
        let head = writer.indexHeader?.initialization ?? []
        #expect(!head.isEmpty)
        return (head, Array(output.bytes[head.count...]))
    }

    /// What of the octets has become another.
    private static func changed(_ octets: [UInt8], _ before: [UInt8]) -> [[UInt8]] {
        #expect(octets.count == before.count)
        return zip(before, octets).filter { $0 != $1 }.map { [$0, $1] }
    }

    @Test func `a track's entry and its blocks become void, and nothing else changes`() throws {
        let (head, clusters) = try Self.file()
        var (told, played) = (head, clusters)
        ClusterWalk.hide(tracks: [2], in: &told)
        ClusterWalk.hide(tracks: [2], in: &played)
        #expect(Self.changed(told, head) == [[0xAE, 0xEC]])
        #expect(Self.changed(played, clusters) == Array(repeating: [0xA3, 0xEC], count: 50))
        var pictures = clusters
        ClusterWalk.hide(tracks: [1], in: &pictures)
        #expect(Self.changed(pictures, clusters) == Array(repeating: [0xA3, 0xEC], count: 10))
        var whole = head + clusters
        ClusterWalk.hide(tracks: [2], in: &whole)
        #expect(whole == told + played)
    }

    @Test func `where no track is hidden nothing changes, nor in what is no WebM`() throws {
        let (head, clusters) = try Self.file()
        for hidden in [[], [3, 200]] as [Set<Int>] {
            var file = head + clusters
            ClusterWalk.hide(tracks: hidden, in: &file)
            #expect(file == head + clusters)
        }
        var other = [UInt8](repeating: 0xA3, count: 99)
        ClusterWalk.hide(tracks: [2], in: &other)
        #expect(other == [UInt8](repeating: 0xA3, count: 99))
    }

    @Test func `no cut and no forged octet stops it`() throws {
        let (head, clusters) = try Self.file()
        let file = head + Array(clusters.prefix(400))
        for count in file.indices {
            var cut = Array(file[..<count])
            ClusterWalk.hide(tracks: [2], in: &cut)
            #expect(cut.count == count)
            var forged = file
            forged[count] ^= 0xFF
            ClusterWalk.hide(tracks: [2], in: &forged)
        }
    }
}
