import Testing

/// What can be done with recordings on the recorder's pages.
@Suite(
    .serialized, .tags(.interop), .timeLimit(.minutes(5)),
    .enabled(if: Lab.hasPython && Lab.has("chromium"), "make test makes .venv"))
struct RecordingsListPageTests {
    struct Card: Decodable {
        let badge: String
        let length: String
        let facts: String
        /// Of the picture, in pixels; 0 while there is none.
        let width: Int
    }

    struct Played: Decodable {
        let seconds: Double
        let start: Double
        let now: Double
        let isLive: Bool
    }

    struct Export: Decodable {
        let shares: [Double]
        let note: String
        let pictures: Int
        let suggested: String
        /// Where the browser saves by itself.
        let handed: String
        let handedPictures: Int
    }

    struct Link: Decodable {
        let hidden: Bool
        let href: String
    }

    struct Found: Decodable {
        let card: Card
        let back: Played
        let export: Export
        let asked: Int
        let links: [String]
        let downloaded: String
        let first: String
        let pictures: Int
        let whole: Link
        let problem: String
        let skewed: Played
    }

    @Test func `recordings are listed, watched far back, downloaded, and exported in part`()
        async throws
    {
        let found: Found = try await Lab.script(
            "recordings_list_page.py", [Lab.executable("recorder")], seconds: 200)
        #expect(found.card.width > 0 && found.card.facts.contains("2\u{a0}files"), "\(found.card)")
        #expect(found.card.length.hasPrefix("0:"))

        #expect((0.4...1.6).contains(found.back.start) && !found.back.isLive, "\(found.back)")
        #expect(found.back.now >= found.back.start + 1, "it plays on there")

        let shares = found.export.shares
        #expect(!shares.isEmpty && shares == shares.sorted() && shares.last ?? 0 <= 1)
        #expect(found.export.note.hasPrefix("Saved "), "\(found.export.note)")
        // Three seconds and what lies between them and the key frames around.
        #expect((90...240).contains(found.export.pictures), "\(found.export)")
        let name = found.export.suggested.wholeMatch(of: /cam_0\.0[0-2]-0\.0[3-5]\.mp4/)
        #expect(name != nil, "\(found.export)")
        #expect(found.export.handed.hasPrefix("Your browser saves about "), "\(found.export)")
        #expect((90...240).contains(found.export.handedPictures), "\(found.export)")

        #expect(found.asked <= 9, "a recorder that has nothing new is left alone for a while")
        #expect(found.links.count == 2 && found.links[0].contains("/download?file="))
        #expect(found.downloaded == found.first && found.pictures >= 120)
        #expect(!found.whole.hidden && found.whole.href == "/api/v1/recordings/cam/download")
        #expect(found.problem.isEmpty)
        #expect(found.skewed.now >= found.skewed.start + 1, "it goes where something is")
    }
}
