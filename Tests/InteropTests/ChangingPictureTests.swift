import Testing

/// Recordings whose pictures change their size or their codec, as players and the page find them.
@Suite(
    .serialized, .tags(.interop), .timeLimit(.minutes(4)),
    .enabled(if: Lab.hasPython && Lab.has("chromium"), "make test makes .venv; needs chromium"))
struct ChangingPictureTests {
    struct Found: Decodable {
        /// Sizes that Chromium has shown, near the growing end and from the second second on.
        let live: [[Int]]
        let back: [[Int]]
        /// Pictures of eight seconds back there, 30 of each.
        let shown: Int
        let problem: String
        let maps: [String]
        let discontinuities: Int
        /// Media types of the files.
        let files: [String]
        let seconds: [Double]
        let thumbnails: [[Int]]
        let exports: [Int]
        let played: [[Int]]
        let errors: String
    }

    @Test
    func `pictures of another size are played on, listed behind a break, and drawn as they are`()
        async throws
    {
        let found: Found = try await Lab.script(
            "changing_picture.py", [Lab.executable("recorder")], seconds: 200)
        let (small, large) = ([640, 480], [1280, 720])
        // Another file at each change, another map with each file.
        #expect(found.files.count >= 4 && Set(found.maps).count == found.files.count)
        #expect(found.discontinuities == found.files.count - 1, "\(found)")
        for seconds in found.seconds.dropLast() { #expect(abs(seconds - 4) < 0.3, "\(found)") }
        #expect(Array(found.played.prefix(4)) == [small, large, small, large], "\(found.played)")
        #expect(found.errors.isEmpty, "\(found.errors)")
        // Chromium shows one behind the other, and passes over nothing between them.
        #expect(Array(found.back.prefix(3)) == [small, large, small], "\(found.back)")
        #expect(Set(found.live) == [small, large] && found.problem.isEmpty)
        #expect(found.shown > 8 * 30 * 9 / 10, "\(found)")
        #expect(found.thumbnails == [[320, 240], [320, 180], [320, 240]])
        #expect(found.exports == [200, 200, 409])
    }
    struct Played: Decodable {
        let files: [String]
        /// Of the second file: how many it has, and how many were shown.
        let pictures: Int
        let shown: Int
        let ended: Bool
        let problem: String
    }

    @Test func `pictures of another codec are played on, and others that are missing are passed`()
        async throws
    {
        let played: Played = try await Lab.script(
            "changing_codec.py", [Lab.executable("recorder")], seconds: 100)
        #expect(played.files == [".webm", ".mp4"])
        #expect(played.ended && played.problem.isEmpty, "\(played)")
        #expect(played.pictures > 60 && played.shown > played.pictures * 8 / 10, "\(played)")
    }
}
