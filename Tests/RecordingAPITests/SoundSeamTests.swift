import Codecs
import Muxer
import Testing
import Timing
import Wire

@testable import Recording
@testable import RecordingAPI

/// Frames of AAC begin in one part of a transport stream and end in the next: whoever asks for the next
/// alone gets the whole frame, however large the pictures between.
@Suite struct SoundSeamTests {
    /// Half a minute at five pictures a second with key frames of 300 KB, and small ones between.
    private static func chunk() throws -> FileChunk {
        let config = try #require(AudioSpecificConfig(sampleRate: 48_000, channelCount: 2))
        var writer = try SegmentWriter([RecordedFolder.h264, .aac(config)], container: .mpegts)
        writer.wallClock = 1_700_000_000_000_000_000
        var (output, parts) = (ByteWriter(), [FinishedPart]())
        var sounds: Int64 = 0
        for number in 0..<150 {
            let time = Interval.milliseconds(Int64(number) * 200)
            while Interval(nanoseconds: sounds * 1024 * 1_000_000 / 48) <= time {
                let frame = [UInt8](repeating: UInt8(sounds % 200 + 1), count: 170)
                _ = try writer.write(
                    Sample(track: 1, time: Interval(nanoseconds: sounds * 1024 * 1_000_000 / 48)),
                    payload: frame.span.bytes, into: &output)
                sounds += 1
            }
            let isKeyframe = number % 10 == 0
            let slice =
                [isKeyframe ? 0x65 : 0x41]
                + [UInt8](repeating: 7, count: isKeyframe ? 300_000 : 500)
            let count = slice.count
            let head = [16, 8, 0].map { UInt8(truncatingIfNeeded: count >> $0) }
            _ = try writer.write(
                Sample(track: 0, time: time, isKeyframe: isKeyframe),
                payload: ([0] + head + slice).span.bytes, into: &output)
            parts += writer.takeParts()
        }
        writer.end(into: &output)
        parts += writer.takeParts()
        return FileChunk(
            bytes: output.bytes, index: parts.flatMap(\.record), parts: parts.map(\.part),
            header: writer.indexHeader)
    }

    @Test func `it is the same whether the file's parts are known one by one or not`()
        async throws
    {
        let folder = try await RecordedFolder()
        let chunk = try Self.chunk()
        try folder.write(chunk.bytes, to: "cam_20260101_000000.ts")
        try folder.write(chunk.index + ClosingMark.bytes, to: "cam_20260101_000000.ts.index")
        let catalog = RecordingCatalog(folder.recordings)
        let stored = try #require(try await catalog.file("cam_20260101_000000.ts"))
        var known = stored
        known.index.parts = chunk.parts
        #expect(stored.index.parts.count == 100 && chunk.parts.count > 130)
        let cutter = PieceCutter(catalog: catalog)
        for segment in stored.index.spans {
            let found = try await cutter.fragments(of: segment, in: stored)
            let wanted = try await cutter.fragments(of: segment, in: known)
            #expect(found == wanted, "at \(segment.start): \(found.count), not \(wanted.count)")
        }
        for part in chunk.parts {
            let wanted = try await cutter.fragments(of: part, in: known)
            let path = "/hls/cam/\(stored.file)/p\(part.offset).m4s"
            #expect(try await folder.get(path).octets == wanted, "at \(part.start)")
        }
    }
}
