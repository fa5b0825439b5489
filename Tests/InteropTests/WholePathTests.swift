import Testing

/// A camera through `relay` into `sfu`, to a browser and to disk.
@Suite(
    .serialized, .tags(.interop),
    .enabled(if: Lab.hasPython && Lab.has("chromium"), "make test makes .venv; needs chromium"))
struct CameraToBrowserTests {
    struct Walk: Decodable {
        let sent: Double
        let decoded: Int
        let audioEnergy: Double
        let codec: String
        let recordingErrors: String
        let recorded: Double
        let growing: Double
        let age: Double
        let tracks: [String]
        let published: Bool
        let relayExit: Int
        let leaks: Bool
        let exit: Int
    }

    @Test func `a camera's picture and sound reach a browser, and a file that survives a kill`()
        async throws
    {
        let walk: Walk = try await Lab.script("whole_path.py", [], seconds: 120)
        #expect(walk.codec == "H264" && Double(walk.decoded) >= 0.8 * walk.sent)
        #expect(walk.audioEnergy > 0, "silence")
        #expect(walk.published && walk.relayExit == 0 && walk.exit == 0)
        #expect(walk.recordingErrors == "", "during, and after the kill")
        #expect(walk.tracks.sorted() == ["h264", "opus"])
        #expect(walk.recorded >= walk.growing && walk.recorded >= walk.age - 2)
        #expect(!walk.leaks, "no password in any answer")
    }
}
