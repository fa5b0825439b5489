import Foundation
import Muxer
import Testing
import Timing
import Wire

/// Movies whose pictures' parameter sets change on the way, as players see them: x264's of two ways to encode
/// the same size, one behind the other.
@Suite(.tags(.interop), .enabled(if: Lab.has("ffmpeg"), "needs ffmpeg"))
struct ChangedSetsTests {
    /// Three clips, the last one as the first: each key frame brings its sets.
    private static func samples(
        in directory: String
    ) async throws -> (samples: [(sample: Sample, payload: [UInt8])], formats: [TrackFormat]) {
        var all: [(sample: Sample, payload: [UInt8])] = []
        var formats: [TrackFormat] = []
        for (number, references) in [1, 4, 1].enumerated() {
            let clip = try await RecordedClip(
                video: [
                    "-c:v", "libx264", "-profile:v", "main", "-bf", "0", "-refs", "\(references)",
                ],
                audio: ["-c:a", "aac", "-ac", "2"], in: directory)
            guard case .h264(let sets, _) = clip.formats[0] else { continue }
            if formats.isEmpty { formats = clip.formats }
            let head = sets.flatMap { unit -> [UInt8] in
                [0, 0, UInt8(unit.count >> 8), UInt8(unit.count & 0xFF)] + unit
            }
            for (sample, payload) in clip.samples where sample.track == 0 {
                let later = Interval.seconds(3) * Int64(number)
                let moved = Sample(
                    track: 0, presentationTime: sample.presentationTime + later,
                    decodeTime: sample.decodeTime + later, isKeyframe: sample.isKeyframe)
                all.append((moved, sample.isKeyframe ? head + payload : payload))
            }
        }
        return (all, [formats[0]])
    }

    /// A file with its index, and closed where it can be.
    private static func record(
        _ samples: [(sample: Sample, payload: [UInt8])], _ formats: [TrackFormat],
        _ container: Container
    ) throws -> [UInt8] {
        var writer = try SegmentWriter(formats, container: container)
        var output = ByteWriter()
        for (sample, payload) in samples {
            _ = try writer.write(sample, payload: payload.span.bytes, into: &output)
        }
        writer.end(into: &output)
        try #require(writer.segments == 1, "the size stays")
        guard container == .mp4 else { return output.bytes }
        let index = writer.takeParts().flatMap(\.record)
        var closing = try MovieClosing(index.span.bytes)
        var file = output.bytes
        file += [UInt8](repeating: 0, count: max(Int(closing.fileEnd) - file.count, 0))
        func put(_ piece: FileWrite) {
            file.replaceSubrange(
                Int(piece.offset)..<Int(piece.offset) + piece.bytes.count, with: piece.bytes)
        }
        while let piece = closing.next() { put(piece) }
        put(closing.head)
        return file
    }

    @Test(arguments: [(Container.fmp4, "avc1"), (.mp4, "avc3")])
    func `ffmpeg decodes every picture without a word, and so does GStreamer`(
        container: Container, name: String
    ) async throws {
        try await TransportStreamOracleTests.inDirectory { directory in
            let (samples, formats) = try await Self.samples(in: directory)
            let path = directory + "/changed.mp4"
            let bytes = try Self.record(samples, formats, container)
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            let (words, code) = try await run(
                "ffmpeg", ["-v", "warning", "-xerror", "-i", path, "-f", "null", "-"])
            #expect(code == 0 && words.isEmpty, "\(words)")
            let (tag, _) = try await run(
                "ffprobe",
                [
                    "-v", "error", "-count_frames", "-select_streams", "v", "-show_entries",
                    "stream=codec_tag_string,nb_read_frames", "-of", "csv=p=0", path,
                ])
            #expect(tag.hasPrefix("\(name),\(samples.count)"), "\(tag)")
            // From the middle on, where the other sets hold, a decoder begins with a key frame.
            let (seeking, state) = try await run(
                "ffmpeg",
                ["-v", "warning", "-xerror", "-ss", "4.5", "-i", path, "-f", "null", "-"])
            #expect(state == 0 && seeking.isEmpty, "\(seeking)")
            guard Lab.has("gst-inspect-1.0"),
                try await run("gst-inspect-1.0", ["avdec_h264"]).1 == 0
            else { return }
            let raw = directory + "/pictures.raw"
            let (log, end) = try await run(
                "gst-launch-1.0",
                [
                    "-q", "filesrc", "location=" + path, "!", "qtdemux", "!", "h264parse", "!",
                    "avdec_h264", "!", "filesink", "location=" + raw,
                ])
            let decoded = try Data(contentsOf: URL(fileURLWithPath: raw)).count
            #expect(end == 0 && decoded == samples.count * 320 * 180 * 3 / 2, "\(log)")
        }
    }
}
