import Foundation
import Muxer
import Testing
import Timing
import Wire

/// What our transport streams are to others: ffmpeg encodes, we write, ffprobe and ffmpeg read.
@Suite(.tags(.interop), .enabled(if: Lab.has("ffmpeg"), "needs ffmpeg"))
struct TransportStreamOracleTests {
    struct Codecs: CustomTestStringConvertible {
        let testDescription: String
        let video: [String]
        let audio: [String]
    }

    static let h264 = ["-c:v", "libx264", "-profile:v", "main"]
    static let codecs = [
        Codecs(
            testDescription: "H.264 with B-frames, AAC at 44.1 kHz", video: h264 + ["-bf", "2"],
            audio: ["-c:a", "aac", "-ar", "44100", "-ac", "2", "-b:a", "64k"]),
        Codecs(
            testDescription: "H.264, Opus", video: h264 + ["-bf", "0"],
            audio: ["-c:a", "libopus", "-ac", "2", "-b:a", "32k"]),
        Codecs(
            testDescription: "H.265, MP3",
            video: ["-c:v", "libx265", "-x265-params", "log-level=none:bframes=2"],
            audio: ["-c:a", "libmp3lame", "-ar", "44100", "-ac", "2", "-b:a", "64k"]),
    ]

    /// A clip as a stream, and where each sample's octets ended.
    static func write(_ clip: RecordedClip) throws -> (bytes: [UInt8], ends: [Int]) {
        var writer = try TransportStreamWriter(clip.formats)
        var output = ByteWriter()
        var ends: [Int] = []
        for (sample, payload) in clip.samples {
            try writer.write(sample, payload: payload.span.bytes, into: &output)
            ends.append(output.count)
        }
        writer.flush(into: &output)
        return (output.bytes, ends)
    }

    static func inDirectory(_ body: (String) async throws -> Void) async throws {
        let directory = NSTemporaryDirectory() + "/sluice-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try await body(directory)
    }

    @Test(arguments: codecs)
    func `ffprobe finds the same samples at the same times`(codecs: Codecs) async throws {
        try await Self.inDirectory { directory in
            let clip = try await RecordedClip(
                video: codecs.video, audio: codecs.audio, in: directory)
            let path = directory + "/ours.ts"
            let bytes = try Self.write(clip).bytes
            var checker = TransportStreamChecker()
            checker.receive(bytes.span.bytes)
            checker.finish()
            #expect(checker.findings.isEmpty, "\(checker.findings)")
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            let found = try await RecordedClip.contents(of: path).packets
            for track in 0...1 {
                let ours = clip.samples.indices.filter { clip.samples[$0].sample.track == track }
                let theirs = found.filter { $0.stream_index == track }
                try #require(ours.count == theirs.count)
                for (index, packet) in zip(ours, theirs) {
                    let sample = clip.samples[index].sample
                    #expect(Self.isSame(packet, as: clip.expectedHash(of: index), codecs))
                    // Between two stamps ffprobe counts audio on by itself, and rounds.
                    let tolerance: Int64 = track == 0 ? 0 : 2
                    #expect(abs(packet.pts - Self.ticks(sample.presentationTime)) <= tolerance)
                    #expect(abs(packet.dts - Self.ticks(sample.decodeTime)) <= tolerance)
                    if track == 0 { #expect(packet.isKeyframe == sample.isKeyframe) }
                }
            }
        }
    }

    @Test(arguments: codecs)
    func `a stream cut where any sample ended decodes, all but an audio frame that was torn`(
        codecs: Codecs
    ) async throws {
        try await Self.inDirectory { directory in
            let clip = try await RecordedClip(
                video: codecs.video, audio: codecs.audio, in: directory)
            let (bytes, ends) = try Self.write(clip)
            for index in stride(from: 20, to: ends.count, by: ends.count / 8) {
                let path = directory + "/cut.ts"
                try Data(bytes[..<ends[index]]).write(to: URL(fileURLWithPath: path))
                let (words, code) = try await run(
                    "ffmpeg",
                    ["-v", "error", "-xerror", "-i", path, "-map", "0:v", "-f", "null", "-"])
                #expect(code == 0 && words.isEmpty, "\(words)")
                let packets = try await RecordedClip.contents(of: path).packets
                for track in 0...1 {
                    let handed = clip.samples[...index].indices.filter {
                        clip.samples[$0].sample.track == track
                    }
                    let found = packets.filter { $0.stream_index == track }
                    // Audio of at most 200 ms waits for its packet, and its last frame may be torn.
                    #expect(found.count >= handed.count - (track == 0 ? 0 : 11))
                    for (place, packet) in zip(handed, found).dropLast(track) {
                        #expect(Self.isSame(packet, as: clip.expectedHash(of: place), codecs))
                    }
                }
            }
        }
    }

    /// ffmpeg's parser of H.265 gives the first zero of a start code to the picture before; the
    /// checksum's lower half is a sum, and does not mind.
    private static func isSame(
        _ packet: RecordedClip.Packet, as hash: String, _ codecs: Codecs
    ) -> Bool {
        let isShifted = codecs.testDescription.hasPrefix("H.265") && packet.stream_index == 0
        return isShifted
            ? packet.data_hash.suffix(4) == hash.suffix(4) : packet.data_hash == hash
    }

    private static func ticks(_ time: Interval) -> Int64 {
        let shifted = (time + TransportStreamConfiguration().decoderLead).nanoseconds
        return (shifted * 9 + 50_000) / 100_000
    }
}
