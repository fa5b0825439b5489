import Foundation
import Muxer
import Testing
import Timing
import Wire

/// What our fragmented movies are to others: ffmpeg encodes, we write, ffprobe and ffmpeg read.
@Suite(.tags(.interop), .enabled(if: Lab.has("ffmpeg"), "needs ffmpeg"))
struct FragmentedMovieOracleTests {
    typealias Codecs = TransportStreamOracleTests.Codecs

    static let codecs =
        TransportStreamOracleTests.codecs.dropLast() + [
            Codecs(
                testDescription: "H.264 High 4:2:2, MP3",
                video: ["-c:v", "libx264", "-bf", "3", "-pix_fmt", "yuv422p"],
                audio: ["-c:a", "libmp3lame", "-ar", "44100", "-ac", "2", "-b:a", "64k"])
        ]

    /// A clip as a movie, and the octets and samples behind each part.
    static func write(
        _ clip: RecordedClip
    ) throws -> (bytes: [UInt8], ends: [(byteCount: Int, samples: Int)]) {
        var writer = try FragmentedMovieWriter(clip.formats)
        var output = ByteWriter()
        var ends: [(Int, Int)] = []
        for (index, (sample, payload)) in clip.samples.enumerated() {
            let bytes = payload.span.bytes
            let part = try writer.write(sample, payload: bytes, into: &output)
            if part != nil { ends.append((output.count, index)) }
        }
        writer.flush(into: &output)
        return (output.bytes, ends + [(output.count, clip.samples.count)])
    }

    /// A file begins where the first of its tracks' first samples is shown.
    static func origin(of samples: [Sample]) throws -> Interval {
        let firsts = (0...1).compactMap { track in samples.first { $0.track == track } }
        return try #require(firsts.map(\.presentationTime).min())
    }

    @Test(arguments: codecs)
    func `ffprobe finds the same samples at the same times`(codecs: Codecs) async throws {
        try await TransportStreamOracleTests.inDirectory { directory in
            let clip = try await RecordedClip(
                video: codecs.video, audio: codecs.audio, in: directory)
            let path = directory + "/ours.mp4"
            try Data(try Self.write(clip).bytes).write(to: URL(fileURLWithPath: path))
            let contents = try await RecordedClip.contents(of: path)
            let origin = try Self.origin(of: clip.samples.map(\.sample))
            for track in 0...1 {
                let base = contents.streams[track].time_base.dropFirst(2)
                let rate = try #require(Double(base))
                let ours = clip.samples.filter { $0.sample.track == track }
                let theirs = contents.packets.filter { $0.stream_index == track }
                try #require(ours.count == theirs.count)
                for ((sample, payload), packet) in zip(ours, theirs) {
                    #expect(packet.data_hash == RecordedClip.adler32(payload))
                    let shown = (sample.presentationTime - origin).seconds * rate
                    let decoded = (sample.decodeTime - origin).seconds * rate
                    #expect(abs(Double(packet.pts) - shown) <= 1)
                    #expect(abs(Double(packet.dts) - decoded) <= 1)
                    if track == 0 { #expect(packet.isKeyframe == sample.isKeyframe) }
                }
            }
        }
    }

    @Test(arguments: codecs)
    func `a file cut behind any part decodes without a word`(codecs: Codecs) async throws {
        try await TransportStreamOracleTests.inDirectory { directory in
            let clip = try await RecordedClip(
                video: codecs.video, audio: codecs.audio, in: directory)
            let (bytes, ends) = try Self.write(clip)
            for end in ends {
                let path = directory + "/cut.mp4"
                try Data(bytes[..<end.byteCount]).write(to: URL(fileURLWithPath: path))
                let (words, code) = try await run(
                    "ffmpeg", ["-v", "error", "-xerror", "-i", path, "-f", "null", "-"])
                #expect(code == 0 && words.isEmpty, "\(words)")
                let packets = try await RecordedClip.contents(of: path).packets
                #expect(packets.count == end.samples)
            }
        }
    }
}
