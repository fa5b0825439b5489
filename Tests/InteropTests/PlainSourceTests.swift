import Testing

/// What other programs simply send over RTP, recorded; ffprobe judges the files.
@Suite(
    .serialized, .tags(.interop), .timeLimit(.minutes(5)),
    .enabled(if: Lab.hasPython && Lab.has("ffmpeg"), "make test makes .venv"))
struct PlainSourceTests {
    struct Recording: Decodable {
        let files: [String]
        let codecs: [String]
        let frames: [Int]
        /// Whether times of decoding rise.
        let rising: Bool
        /// Whether nothing is decoded after it is shown.
        let early: Bool
        /// The shortest and the longest time between two pictures.
        let step: [Double]
        /// What the container says.
        let duration: Double
        let errors: String
        let log: String
        let exit: Int32
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let codecs: Set<String>
        let suffix: String

        var testDescription: String { name }
    }

    static let cases = [
        Case(name: "ffmpeg-h264-opus", codecs: ["h264", "opus"], suffix: ".ts"),
        Case(name: "ffmpeg-h264-aac", codecs: ["h264", "aac"], suffix: ".mp4"),
        Case(name: "ffmpeg-h264-bframes", codecs: ["h264", "opus"], suffix: ".mp4"),
        Case(name: "ffmpeg-h265-opus", codecs: ["hevc", "opus"], suffix: ".ts"),
        Case(name: "gstreamer-vp8-opus", codecs: ["vp8", "opus"], suffix: ".webm"),
        Case(name: "gstreamer-h265-pcmu", codecs: ["hevc", "pcm_mulaw"], suffix: ".mp4"),
    ]

    @Test(arguments: cases.filter { $0.name.hasPrefix("ffmpeg") || Lab.has("gst-launch-1.0") })
    func `what is simply sent is recorded whole`(example: Case) async throws {
        let found: Recording = try await Lab.script(
            "plain_rtp.py", [Lab.executable("recorder"), example.name])
        #expect(found.exit == 0 && found.errors.isEmpty, "\(found.errors) \(found.log)")
        #expect(found.files == [example.suffix], "\(found.log)")
        #expect(Set(found.codecs) == example.codecs)
        #expect(found.rising && found.early)
        // Seven seconds were sent, of which the recorder may have missed the first.
        #expect(found.frames.allSatisfy { $0 >= 110 }, "\(found.frames) \(found.log)")
        #expect(found.duration > 4 && found.duration < 8, "\(found.duration)")
        #expect(found.step[0] > 0.02 && found.step[1] < 0.08, "\(found.step)")
    }
}
