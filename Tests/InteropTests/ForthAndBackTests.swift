import Testing

/// Whoever goes forth and back in a recording on the recorder's page.
@Suite(
    .serialized, .tags(.interop), .timeLimit(.minutes(3)),
    .enabled(if: Lab.hasPython && Lab.has("chromium"), "make test makes .venv"))
struct ForthAndBackTests {
    struct Found: Decodable {
        /// What was fetched, as ranges of seconds: at the beginning, behind the way forth, behind that back.
        let first: [[Double]]
        let forth: [[Double]]
        let back: [[Double]]
        /// The times that were shown while it was played on from there.
        let shown: [Double]
        let problem: String
    }

    @Test func `what lies between two places that were gone to is fetched, and shown`() async throws
    {
        let found: Found = try await Lab.script(
            "forth_and_back_page.py", [Lab.executable("recorder")], seconds: 150)
        #expect(found.problem.isEmpty && found.first.count == 1, "\(found)")
        try #require(found.forth.count == 2, "it went far enough: \(found)")
        let gap = (from: found.forth[0][1], to: found.forth[1][0])
        #expect(gap.to - gap.from > 3, "\(found)")
        let held = try #require(found.back.first { $0[0] < 1 })
        #expect(held[1] >= gap.from, "what was there stays: \(found)")
        let steps = zip(found.shown, found.shown.dropFirst()).map { $1 - $0 }
        #expect(steps.allSatisfy { $0 < 1.5 }, "nothing is jumped over: \(found)")
        #expect(found.shown.contains { $0 > gap.to + 0.5 }, "\(found)")
    }
}
