import Foundation
import Muxer
import Testing
import Timing

/// Our files in GStreamer's demuxers, which share no code with ffmpeg's.
@Suite(
    .tags(.interop),
    .enabled(
        if: Lab.has("ffmpeg") && CameraTests.hasGStreamer, "make test installs GStreamer"))
struct ContainerGStreamerTests {
    struct Found: Decodable {
        /// Presentation times in nanoseconds.
        let pictures: [Int64]
        let frames: Int
    }

    static func read(_ path: String, demuxer: String) async throws -> Found {
        let script = Lab.root + "/Tests/InteropTests/Support/demuxed.py"
        return try await Lab.json([CameraTests.systemPython, script, path, demuxer], seconds: 60)
    }

    @Test(arguments: [Container.mpegts, .fmp4, .mp4])
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
            case .mp4, .webm: bytes = try RecordedFile(clip, .mp4).closed()
            }
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            let demuxer = container == .mpegts ? "tsdemux" : "qtdemux"
            let found = try await Self.read(path, demuxer: demuxer)
            let samples = container == .mp4 ? RecordedFile.kept(clip) : clip.samples
            let expected = samples.filter { $0.sample.track == 0 }
                .map(\.sample.presentationTime.nanoseconds)
            try #require(found.pictures.count == expected.count)
            let shift = found.pictures[0] - expected[0]
            for (picture, sent) in zip(found.pictures, expected) {
                #expect(abs(picture - sent - shift) < 50_000)
            }
            // aacparse may leave ADTS's first frame out, of ffmpeg's streams as of ours.
            let sent = samples.count { $0.sample.track == 1 }
            #expect(
                found.frames == sent || container == .mpegts && found.frames == sent - 1)
        }
    }
}
