import Testing

/// A camera through `relay` into `sfu`, to a browser and to disk.
@Suite(
    .serialized, .tags(.interop),
    .enabled(if: Lab.hasPython && Lab.has("chromium"), "make test makes .venv; needs chromium"))
struct CameraToBrowserTests {
    struct Walk: Decodable {
        let sent: Int
        let shown: Int
        let damaged: Int
        let clock: Double
        let delays: [Double]
        let decoded: Int
        let audioEnergy: Double
        let codec: String
        let recordingErrors: String
        let recorded: Double
        let growing: Double
        let age: Double
        let lost: Double
        let tracks: [String]
        let published: Bool
        let relayExit: Int
        let leaks: Bool
        let exit: Int

        /// Whether four fifths of what was sent came to be shown, p95 of it within 300 ms, and the
        /// killed recorder had written all but the last half second.
        var isSmooth: Bool {
            shown * 10 >= sent * 8 && decoded * 10 >= sent * 8 && delays[1] <= 300 && lost <= 500
        }
    }

    static func walk() async throws -> Walk {
        let walk: Walk = try await Lab.script("whole_path.py", [], seconds: 120)
        print(
            "camera to display: \(walk.shown) of \(walk.sent) pictures, delay p50 \(walk.delays[0])",
            "p95 \(walk.delays[1]) p99 \(walk.delays[2]) ms, clocks compared to \(walk.clock) ms;",
            "\(walk.lost) ms lost with the recorder")
        return walk
    }

    @Test
    func `a camera reaches a browser within 300 ms, with sound, and a file that survives a kill`()
        async throws
    {
        var walk = try await Self.walk()
        // A machine that is too busy to run a browser says nothing of us: it may try again.
        for _ in 1..<3 where !walk.isSmooth { walk = try await Self.walk() }
        #expect(walk.isSmooth, "four fifths of the pictures, p95 within 300 ms, 500 ms lost")
        #expect(walk.codec == "H264" && walk.damaged == 0 && walk.clock < 20)
        #expect(walk.audioEnergy > 0, "silence")
        #expect(walk.published && walk.relayExit == 0 && walk.exit == 0)
        #expect(walk.recordingErrors == "", "during, and after the kill")
        #expect(walk.tracks.sorted() == ["h264", "opus"])
        #expect(walk.recorded >= walk.growing && walk.recorded >= walk.age - 2)
        #expect(!walk.leaks, "no password in any answer")
    }
}
