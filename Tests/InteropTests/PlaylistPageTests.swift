import Testing

/// How the recordings page reads playlists, whatever happened since it read the last one.
@Suite(
    .serialized, .tags(.interop), .timeLimit(.minutes(2)),
    .enabled(if: Lab.hasPython && Lab.has("chromium"), "make test makes .venv"))
struct PlaylistPageTests {
    struct Seen: Decodable {
        let count: Int
        let first: Double
        let end: Double
        let number: Int
        let lastNumber: Int
        let lastStart: Double
        let file: Double
        let openFile: Double
        let openNumber: Int
        /// The last request's query.
        let asked: String
        /// Whether numbers and times go on without a gap.
        let isEven: Bool
        let failures: [String]
    }

    @Test func `a page goes on where it was, having slept, been refused, or outlived files`()
        async throws
    {
        let found: [String: Seen] = try await Lab.script("playlist_page.py", [])
        func seen(_ name: String) throws -> Seen { try #require(found[name], "\(found.keys)") }
        let isEven = found.values.allSatisfy { $0.isEven }
        #expect(isEven, "\(found)")

        let followed = try seen("followed")
        #expect(followed.asked == "?_HLS_msn=30&_HLS_part=2&_HLS_skip=YES")
        #expect(followed.count == 31 && followed.lastStart == 60)

        let slept = try seen("slept")
        #expect(slept.asked == "?_HLS_msn=30&_HLS_part=2", "more was missed than a delta tells")
        #expect(slept.count == 330 && slept.lastNumber == 329)

        let short = try seen("short")
        #expect(short.failures.first?.isEmpty == false && short.count == 30, "it stays as it was")
        let whole = try seen("shortThenWhole")
        #expect(whole.asked.isEmpty && whole.count == 330)

        let refused = try seen("refused")
        #expect(refused.failures.first?.contains("400") == true && refused.asked.isEmpty)
        #expect(refused.number == 0 && refused.first == 40, "by what they are, not by numbers")

        let busy = try seen("busy")
        #expect(busy.failures == [""] && busy.asked.hasSuffix("_HLS_skip=YES") && busy.count == 31)

        let deleted = try seen("frontDeleted")
        #expect(deleted.first == 20 && deleted.lastStart == 30 && deleted.openFile == 0)

        let other = try seen("allDeleted")
        #expect(abs(other.first - 60.4) < 1e-6 && abs(other.file - 60.4) < 1e-6)
    }
}
