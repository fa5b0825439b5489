import Testing

/// The recorder's list of more recordings than it shows at once, some of which are in trouble.
@Suite(
    .serialized, .tags(.interop), .timeLimit(.minutes(3)),
    .enabled(if: Lab.hasPython && Lab.has("chromium"), "make test makes .venv"))
struct ManyRecordingsPageTests {
    struct Seen: Decodable {
        let count: Int
        let distinct: Int
        let summary: String
        let health: String
        let hasMore: Bool
        let badges: [String]
        let reasons: [String]
        let hash: String
        let asked: [String]
        let room: String
    }

    struct Found: Decodable {
        let seen: [String: Seen]
        /// Refreshes, after one overtook another.
        let planned: Int
    }

    @Test func `all recordings can be shown, or one room's, and what is in trouble says so`()
        async throws
    {
        let found: Found = try await Lab.script(
            "list_page.py", [Lab.executable("recorder")])
        func seen(_ name: String) throws -> Seen { try #require(found.seen[name]) }
        let first = try seen("first")
        #expect(first.count == 200 && first.hasMore && first.asked.first == "limit=200&offset=0")
        #expect(first.summary == "500 in all, 2 growing now, 4 in trouble", "\(first.summary)")
        #expect(first.health == "4 in trouble")
        let badges = [
            "Recording", "Key frames only", "No room", "Stalled", "Waiting", "Stopping", "",
        ]
        #expect(first.badges == badges, "\(first.badges)")
        let reasons = [
            "", "", "the disk is full", "nothing comes from the source", "the camera is away", "",
            "",
        ]
        #expect(first.reasons == reasons, "\(first.reasons)")

        let second = try seen("second")
        #expect(second.distinct == 400 && second.hasMore)
        #expect(second.asked.contains("limit=200&offset=200"))
        let all = try seen("all")
        #expect(all.distinct == 500 && !all.hasMore)
        let room = try seen("room")
        #expect(room.hash == "#/room/hall%2F1" && room.room == "hall/1")
        #expect(room.asked.contains("limit=200&offset=0&room_id=hall%2F1"), "\(room.asked)")
        #expect(room.summary.hasPrefix("250 in all"))
        #expect(found.planned == 1)
    }
}
