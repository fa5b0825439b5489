import Testing

/// A recording on the recorder's page of which the playlist lists the newest alone.
@Suite(
    .serialized, .tags(.interop), .timeLimit(.minutes(5)),
    .enabled(if: Lab.hasPython && Lab.has("chromium"), "make test makes .venv"))
struct OlderFootageTests {
    struct Shown: Decodable {
        let now: Double
        let end: Double
        let before: Double
        let after: Double
        let time: String
        let span: String
        let isEarlier: Bool
        let isNewest: Bool
        let marked: String
        let problem: String
    }

    struct Found: Decodable {
        let newest: Shown
        let exported: [Double]
        let preview: Double
        let earlier: Shown
        let exportedThere: [Double]
        let dated: Shown
        let datedLater: Shown
        let file: Shown
        /// Of the two files, in seconds.
        let lengths: [Double]
    }

    @Test
    func `the page exports and previews what is marked there, and goes back to what is not listed`()
        async throws
    {
        let found: Found = try await Lab.script(
            "older_footage_page.py", [Lab.executable("recorder")], seconds: 200)
        let (older, newer) = (found.lengths[0], found.lengths[1])
        #expect(found.newest.isEarlier && !found.newest.isNewest && found.newest.problem.isEmpty)
        #expect(abs(found.newest.before - older) < 0.01)
        let wanted = [older + 1, older + 3]
        #expect(zip(found.exported, wanted).allSatisfy { abs($0 - $1) < 0.1 }, "\(found)")
        #expect(abs(found.preview - older - newer / 2) < 2.2, "\(found)")

        #expect(!found.earlier.isEarlier && found.earlier.isNewest)
        #expect(found.earlier.now > older - 1.6 && found.earlier.end <= older + 0.1, "\(found)")
        #expect(zip(found.exportedThere, wanted).allSatisfy { abs($0 - $1) < 0.1 }, "\(found)")
        #expect(found.earlier.marked.contains(" to "), "marks stay what they are")

        // Dates are of whole seconds in the field.
        #expect((0.9...3).contains(found.dated.now) && found.dated.isNewest, "\(found)")
        #expect((0.9...3).contains(found.datedLater.now) && found.datedLater.isEarlier, "\(found)")
        #expect(found.dated.time.contains("20") && found.dated.span.contains(" to "), "\(found)")
        #expect(found.file.now < 2 && found.file.after > 0, "\(found)")
    }
}
