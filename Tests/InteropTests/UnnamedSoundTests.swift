import Testing

/// What the recorder's page makes of cameras whose sound, or whose pictures, a browser cannot play.
@Suite(
    .serialized, .tags(.interop), .timeLimit(.minutes(5)),
    .enabled(if: Lab.hasPython && Lab.has("chromium"), "make test makes .venv"))
struct UnnamedSoundTests {
    struct Seen: Decodable {
        let width: Int
        let frames: Int
        let now: Double
        let isLive: Bool
        let problem: String
        let isSoundOff: Bool
        let silence: String
        let facts: String
        /// Seconds that were played after going back.
        let back: Double
    }

    struct File: Decodable {
        let media_type: String?
        let codecs: [String]
    }

    struct Found: Decodable {
        let growing: Seen
        let ended: Seen
        let refusal: String
        let files: [File]
    }

    @Test
    func
        `a camera of H.264 and G.711 is watched without its sound, and one of H.265 is refused in words`()
        async throws
    {
        let found: Found = try await Lab.script(
            "unnamed_sound_page.py", [Lab.executable("recorder")], seconds: 200)
        let file = try #require(found.files.first)
        #expect(file.media_type == nil && file.codecs.contains("g711"), "it is recorded with it")
        for seen in [found.growing, found.ended] {
            #expect(seen.width == 320 && seen.frames > 0 && seen.problem.isEmpty, "\(seen)")
            #expect(seen.back >= 1 && seen.isSoundOff, "\(seen)")
            #expect(seen.silence.hasPrefix("No sound here: this browser has no G.711."), "\(seen)")
            #expect(seen.facts.contains("H.264, G.711"), "\(seen)")
        }
        #expect(found.growing.isLive && !found.ended.isLive)
        #expect(found.refusal.hasPrefix("This browser cannot play H.265."), "\(found.refusal)")
    }
}
