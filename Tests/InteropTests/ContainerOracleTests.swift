import Foundation
import Muxer
import Testing
import Timing

/// What recordings are to others, in each container and codec: ffmpeg encodes, we write, ffprobe and
/// ffmpeg read.
@Suite(.tags(.interop), .enabled(if: Lab.has("ffmpeg"), "needs ffmpeg"))
struct ContainerOracleTests {
    struct Row: CustomTestStringConvertible {
        let testDescription: String
        let video: [String]
        let audio: [String]
        let containers: [Container]
    }

    static let opus = ["-c:a", "libopus", "-ac", "2", "-b:a", "32k"]
    static let aac = ["-c:a", "aac", "-ar", "44100", "-ac", "2", "-b:a", "64k"]
    static let rows = [
        Row(
            testDescription: "H.264 with B-frames, AAC",
            video: ["-c:v", "libx264", "-bf", "2"], audio: aac, containers: [.fmp4, .mp4]),
        Row(
            testDescription: "H.265 with B-frames, Opus",
            video: ["-c:v", "libx265", "-x265-params", "log-level=none:bframes=2"], audio: opus,
            containers: [.fmp4, .mp4]),
        Row(
            testDescription: "VP9, Opus",
            video: ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8"],
            audio: opus, containers: [.fmp4, .mp4, .webm]),
        Row(
            testDescription: "AV1, Opus",
            video: ["-c:v", "libaom-av1", "-usage", "realtime", "-cpu-used", "8"],
            audio: opus, containers: [.fmp4, .mp4, .webm]),
        Row(
            testDescription: "H.264, G.711", video: ["-c:v", "libx264", "-bf", "0"],
            audio: ["-c:a", "pcm_mulaw", "-ar", "8000", "-ac", "1"], containers: [.fmp4, .mp4]),
    ]

    @Test(arguments: rows)
    func `ffprobe finds the same samples at the same times, and ffmpeg decodes them`(
        row: Row
    ) async throws {
        try await TransportStreamOracleTests.inDirectory { directory in
            let clip = try await RecordedClip(video: row.video, audio: row.audio, in: directory)
            for container in row.containers {
                let file = try RecordedFile(clip, container)
                let path = directory + "/ours." + container.fileExtension
                let bytes = container == .mp4 ? try file.closed() : file.bytes
                try Data(bytes).write(to: URL(fileURLWithPath: path))
                try await Self.compare(path, RecordedFile.kept(clip), container)
                let (words, code) = try await run(
                    "ffmpeg", ["-v", "error", "-xerror", "-i", path, "-f", "null", "-"])
                #expect(code == 0 && words.isEmpty, "\(container): \(words)")
            }
        }
    }

    @Test(arguments: rows)
    func `a file cut behind any part holds what is before it, and another cut no less`(
        row: Row
    ) async throws {
        try await TransportStreamOracleTests.inDirectory { directory in
            let clip = try await RecordedClip(video: row.video, audio: row.audio, in: directory)
            for container in row.containers {
                let file = try RecordedFile(clip, container)
                let path = directory + "/cut." + container.fileExtension
                var before = 0
                for part in [file.parts[0], file.parts[4], file.parts[9]] {
                    try Data(file.bytes[..<Int(part.end)]).write(to: URL(fileURLWithPath: path))
                    let whole = try await RecordedClip.contents(of: path).packets.count
                    #expect(whole > before)
                    before = whole
                    // ffprobe 5.1 opens no file, its own neither, that ends within a fragment's
                    // last table; a recorder cuts such an end off.
                    let torn = file.bytes[..<min(Int(part.end) + 20, file.bytes.count)]
                    try Data(torn).write(to: URL(fileURLWithPath: path))
                    let (words, _) = try await run(
                        "ffprobe",
                        ["-v", "quiet", "-show_entries", "packet=pts", "-of", "csv=p=0", path])
                    #expect(words.split(separator: "\n").count >= whole, "\(container)")
                }
            }
        }
    }

    static func compare(
        _ path: String, _ samples: [(sample: Sample, payload: [UInt8])], _ container: Container
    ) async throws {
        let contents = try await RecordedClip.contents(of: path)
        let origin = try FragmentedMovieOracleTests.origin(of: samples.map(\.sample))
        for track in 0...1 {
            let rate = try #require(Double(contents.streams[track].time_base.dropFirst(2)))
            let ours = samples.filter { $0.sample.track == track }
            let theirs = contents.packets.filter { $0.stream_index == track }
            try #require(ours.count == theirs.count, "\(container), track \(track)")
            for ((sample, payload), packet) in zip(ours, theirs) {
                #expect(packet.data_hash == RecordedClip.adler32(payload))
                let shown = (sample.presentationTime - origin).seconds * rate
                #expect(abs(Double(packet.pts) - shown) <= 1, "\(container), track \(track)")
                if container != .webm {
                    let decoded = (sample.decodeTime - origin).seconds * rate
                    #expect(abs(Double(packet.dts) - decoded) <= 1)
                }
                if track == 0 { #expect(packet.isKeyframe == sample.isKeyframe) }
            }
        }
    }
}
