import Foundation
import Muxer
import Testing
import Timing

/// Our files in GStreamer's demuxers, which share no code with ffmpeg's.
@Suite(
    .tags(.interop),
    .enabled(
        if: Lab.has("ffmpeg") && Lab.has("gst-launch-1.0"), "needs ffmpeg and GStreamer's tools"))
struct ContainerGStreamerTests {
    /// Presentation times of the pictures in milliseconds, and how many audio frames there are.
    static func read(
        _ path: String, demuxer: String
    ) async throws -> (pictures: [Double], frames: Int) {
        let (output, code) = try await run(
            "timeout",
            [
                "60", "gst-launch-1.0", "-v", "filesrc", "location=\(path)", "!", demuxer,
                "name=d", "d.", "!", "queue", "!", "h264parse", "!",
                "video/x-h264,alignment=au", "!", "fakesink", "name=pictures", "silent=false",
                "d.", "!", "queue", "!", "aacparse", "!", "fakesink", "name=sound",
                "silent=false",
            ])
        try #require(code == 0, "\(output.suffix(2_000))")
        let buffers = output.split(separator: "\n").filter { $0.contains("chain   ***") }
        let pictures = buffers.filter { $0.contains("(pictures:sink)") }.compactMap { line in
            line.firstRange(of: "pts: ").flatMap { milliseconds(line[$0.upperBound...]) }
        }
        return (pictures, buffers.count { $0.contains("(sound:sink)") })
    }

    /// `0:00:00.430011037` in milliseconds.
    private static func milliseconds(_ text: Substring) -> Double? {
        let parts = text.prefix { $0 != "," }.split(separator: ":").compactMap { Double($0) }
        guard parts.count == 3 else { return nil }
        return ((parts[0] * 60 + parts[1]) * 60 + parts[2]) * 1_000
    }

    @Test(arguments: Container.allCases)
    func `every picture has its time, and every frame of sound is there`(
        container: Container
    ) async throws {
        try await TransportStreamOracleTests.inDirectory { directory in
            let codecs = TransportStreamOracleTests.codecs[0]
            let clip = try await RecordedClip(
                video: codecs.video, audio: codecs.audio, in: directory)
            let path = directory + "/ours." + container.fileExtension
            let bytes: [UInt8]
            switch container {
            case .mpegts: bytes = try TransportStreamOracleTests.write(clip).bytes
            case .fmp4: bytes = try FragmentedMovieOracleTests.write(clip).bytes
            }
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            let demuxer = container == .mpegts ? "tsdemux" : "qtdemux"
            let (pictures, frames) = try await Self.read(path, demuxer: demuxer)
            let expected = clip.samples.filter { $0.sample.track == 0 }
                .map { Double($0.sample.presentationTime.nanoseconds) / 1e6 }
            try #require(pictures.count == expected.count)
            let shift = pictures[0] - expected[0]
            for (found, sent) in zip(pictures, expected) {
                #expect(abs(found - sent - shift) < 0.05)
            }
            // aacparse leaves the first frame of ADTS out, of ffmpeg's streams as of ours.
            let left = container == .mpegts ? 1 : 0
            #expect(frames == clip.samples.count { $0.sample.track == 1 } - left)
        }
    }
}
