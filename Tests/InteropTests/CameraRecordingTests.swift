import Testing

/// Cameras over RTSP whose pictures are H.265, or are shown in another order than decoded; ffprobe
/// judges the files.
@Suite(
    .serialized, .tags(.interop), .timeLimit(.minutes(5)),
    .enabled(if: Lab.hasPython && Lab.has("ffmpeg"), "make test makes .venv"))
struct CameraRecordingTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let video: String
        let codec: String
        let format: String

        var testDescription: String { "\(video) as \(format)" }
    }

    static let cases = [
        Case(video: "h265", codec: "hevc", format: "mpegts"),
        Case(video: "h265", codec: "hevc", format: "mp4"),
        Case(video: "bframes", codec: "h264", format: "mpegts"),
        Case(video: "bframes", codec: "h264", format: "fmp4"),
        Case(video: "bframes", codec: "h264", format: "mp4"),
    ]

    @Test(arguments: cases)
    func `pictures are decoded in their order and shown at their times`(example: Case) async throws
    {
        let found: PlainSourceTests.Recording = try await Lab.script(
            "recorder_camera.py", [Lab.executable("recorder"), example.video, example.format])
        #expect(found.exit == 0 && found.errors.isEmpty, "\(found.errors) \(found.log)")
        #expect(found.codecs == [example.codec])
        #expect(found.rising && found.early)
        #expect(found.frames[0] >= 100, "\(found.frames) \(found.log)")
        #expect(found.step[0] > 0.02 && found.step[1] < 0.08, "\(found.step)")
    }
}
