import Testing

/// Several runs of a recorder, taken home as one transport stream: ffmpeg and GStreamer judge it.
@Suite(
    .serialized, .tags(.interop), .timeLimit(.minutes(4)),
    .enabled(if: Lab.has("ffmpeg") && CameraTests.hasGStreamer, "make test installs them"))
struct JoinedRunsTests {
    struct Found: Decodable {
        let files: Int
        let seconds: Double
        let copying: String
        let decoding: String
        let playing: String
        let rising: Bool
        /// Seconds from one packet of a track to the next, at most.
        let gap: Double
        let span: Double
        let packets: [Int]
        let copied: [Int]
    }

    @Test(arguments: ["kill", "stop"])
    func `runs are one recording, however each has ended`(ending: String) async throws {
        let script = Lab.root + "/Tests/InteropTests/Support/joined_runs.py"
        let found: Found = try await Lab.json(
            ["/usr/bin/python3", script, Lab.executable("recorder"), "5", ending], seconds: 200)
        #expect(found.files >= 5, "\(found)")
        #expect(
            found.copying.isEmpty && found.decoding.isEmpty && found.playing.isEmpty, "\(found)")
        #expect(
            found.rising && found.packets.count == 2 && found.copied == found.packets, "\(found)")
        // At each joint a frame of sound has room.
        #expect(abs(found.span - found.seconds) < 0.2, "\(found)")
        // What a kill has cost of sound is missing at a joint: what was gathered of a packet and of a part,
        // and what a camera sends behind its pictures.
        #expect(found.gap < (ending == "kill" ? 1 : 0.1), "\(found)")
    }
}
