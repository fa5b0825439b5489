import Testing

/// What GStreamer's cameras send as sound: alone, as LATM, or as what cannot be recorded; ffprobe judges
/// the files.
@Suite(
    .serialized, .tags(.interop), .timeLimit(.minutes(5)),
    .enabled(if: Lab.hasPython && CameraTests.hasGStreamer, "make test makes .venv"))
struct CameraSoundTests {
    struct Recording: Decodable {
        let exit: Int32
        let errors: String
        let codecs: [String]
        let frames: [Int]
        let step: [Double]
        let duration: Double
        let warnings: [String]
        let log: String
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let video: String
        let audio: String
        let format: String
        let codecs: [String]

        var testDescription: String { "\(video) and \(audio) as \(format)" }
    }

    private static func recording(_ example: Case) async throws -> Recording {
        try await Lab.script(
            "recorder_camera.py",
            [Lab.executable("recorder"), example.video, example.format, example.audio],
            seconds: 150)
    }

    static let heard = [
        Case(video: "none", audio: "latm", format: "mpegts", codecs: ["aac"]),
        Case(video: "none", audio: "aac", format: "mp4", codecs: ["aac"]),
        Case(video: "none", audio: "opus", format: "webm", codecs: ["opus"]),
        Case(video: "h264", audio: "latm", format: "fmp4", codecs: ["h264", "aac"]),
    ]

    @Test(arguments: heard) func `sound is recorded, alone and as LATM too`(
        example: Case
    ) async throws {
        let found = try await Self.recording(example)
        #expect(found.exit == 0 && found.errors.isEmpty, "\(found.errors) \(found.log)")
        #expect(found.codecs == example.codecs && found.warnings == [])
        #expect(found.frames.allSatisfy { $0 >= 100 }, "\(found.frames) \(found.log)")
        let least = example.video == "none" ? 2.5 : 4
        #expect(found.duration > least && found.step[1] < 0.1, "\(found)")
    }

    @Test func `sound that cannot be recorded is told of, and the picture is recorded`()
        async throws
    {
        let found = try await Self.recording(
            Case(video: "h264", audio: "l16", format: "mpegts", codecs: ["h264"]))
        #expect(found.exit == 0 && found.errors.isEmpty && found.codecs == ["h264"])
        let sentence = "the source's sound, L16, cannot be recorded"
        #expect(found.warnings == [sentence], "\(found)")
        #expect(found.log.contains(sentence), "\(found.log)")
    }
}
