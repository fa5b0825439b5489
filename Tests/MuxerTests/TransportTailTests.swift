import Testing
import Timing
import Wire

@testable import Muxer

/// What stands in a transport stream behind its last indexed part, cut anywhere.
@Suite struct TransportTailTests {
    /// A file with its parts, and where each sample's octets end.
    private static func recording(
        videoBitrate: Int
    ) throws -> (bytes: [UInt8], parts: [IndexedPart], ends: [Int], header: IndexHeader) {
        let clip = Clip(
            name: "tail", videoBitrate: videoBitrate, audio: try aac(), seconds: 3)
        var writer = try SegmentWriter(clip.formats, container: .mpegts)
        var (output, ends, parts): (ByteWriter, [Int], [IndexedPart]) = (ByteWriter(), [], [])
        for item in clip.samples() {
            _ = try writer.write(item.sample, payload: item.payload.span.bytes, into: &output)
            if output.count > ends.last ?? 0 { ends.append(output.count) }
            parts += writer.takeParts().map(\.part)
        }
        let header = writer.indexHeader
        return (output.bytes, parts, ends, try #require(header))
    }

    @Test(arguments: [600_000, 12_000_000])
    func `any cut leaves the units that were whole, and nothing torn`(videoBitrate: Int) throws {
        let (bytes, parts, ends, header) = try Self.recording(videoBitrate: videoBitrate)
        let keyframe = try #require(parts.dropFirst().firstIndex { $0.isIndependent })
        for place in [6, keyframe - 1] {
            let (last, next) = (parts[place], parts[place + 1])
            let start = Int(last.end)
            let step = max(47, Int(next.byteCount) / 400 | 1)
            for cut in stride(from: start, through: Int(next.end), by: step) {
                let tail = TransportTail(bytes[start..<cut].span.bytes)
                let whole = ends.last { $0 <= cut } ?? start
                // Tables may stand before a picture that is not whole.
                let surplus = start + tail.byteCount - whole
                #expect((0...3 * TransportPacket.byteCount).contains(surplus), "\(cut - start)")
                #expect(start + tail.byteCount <= cut)
                guard let part = tail.part(after: last, in: header) else { continue }
                #expect(part.offset == last.end && part.start == next.start)
                #expect(part.isIndependent == next.isIndependent)
                #expect(part.duration <= next.duration + .milliseconds(34))
            }
            let tail = TransportTail(bytes[start..<Int(next.end)].span.bytes)
            let part = try #require(tail.part(after: last, in: header))
            #expect(part.byteCount == next.byteCount)
            #expect(abs((part.duration - next.duration).nanoseconds) < 34_000_000)
        }
    }

    @Test func `what is no stream of ours is left out`() throws {
        let (_, parts, _, header) = try Self.recording(videoBitrate: 600_000)
        for junk in [[], [0x47], [UInt8](repeating: 0, count: 1000)] {
            let tail = TransportTail(junk.span.bytes)
            #expect(tail.byteCount == 0 && tail.part(after: parts[0], in: header) == nil)
        }
    }
}
