import Testing

/// Rooms recorded from sfu's page, and what plays and downloads them where tokens are wanted.
@Suite(
    .serialized, .tags(.interop), .timeLimit(.minutes(4)),
    .enabled(if: Lab.hasPython && Lab.has("chromium"), "make test makes .venv; needs chromium"))
struct RecordButtonTests {
    /// What the page shows.
    struct Seen: Decodable {
        let button: String
        let line: String
        let state: String
        let link: String
    }

    struct Opened: Decodable {
        let first: Seen
        let waiting: Seen
        let growing: Seen
        let done: Seen
        /// Requests that were refused, by status and path.
        let failed: [String]
        /// The width of the picture that was played.
        let played: Int
        let title: String
        /// Whether the button tells of the recording that somebody else has begun.
        let shared: Bool
        let exit: Int32
    }

    @Test func `the button records a room, says truly how that stands, and leads to what there is`()
        async throws
    {
        let found: Opened = try await Lab.script("record_button.py", ["open"], seconds: 200)
        #expect(found.first.button == "Record" && found.first.line.isEmpty)
        #expect(found.waiting.button == "Stop recording" && found.waiting.link.isEmpty)
        #expect(found.waiting.line == "Waiting to record: nobody sends in the room yet")
        #expect(found.growing.button == "Stop recording" && !found.growing.link.isEmpty)
        let line = try #require(found.growing.line.wholeMatch(of: /Recording · 0:0[3-9] · .*B/))
        #expect(!line.output.contains(" 0 B"))
        #expect(found.done.button == "Record" && found.done.line.hasPrefix("Recorded 0:0"))
        #expect(found.done.link.hasPrefix("/recordings/#/recording/demo-"))
        #expect(found.failed.filter { !$0.hasPrefix("404 /rooms/demo") } == [])
        #expect(found.played == 640 && found.title == "demo" && found.exit == 0)
        #expect(found.shared, "a second start of the room is no second recording")
    }

    struct Played: Decodable {
        let isNarrow: Bool
        let policy: String?
        let carried: Bool
        let ffmpeg: String
        let admin: String
        let refused: [String: Int]
        let thumbnail: Int
    }

    struct Watched: Decodable {
        let width: Int
        let problem: String
        let name: String
        let bytes: Int
    }

    struct Secret: Decodable {
        let quiet: [String]
        let refused: Seen
        let growing: Played
        let after: Played
        let whole: String
        let watched: Watched
        let size: Int
        /// What was asked of who was refused, and what is seen with another token: on both pages.
        let entered: [[String]]
        /// The heading at an address that somebody has cut off.
        let torn: String
        let leaks: Int
        let logged: Int
        let exit: Int32
    }

    @Test func `behind a secret players read by an address that has a token, and no log has it`()
        async throws
    {
        let found: Secret = try await Lab.script("record_button.py", ["secret"], seconds: 220)
        #expect(
            found.quiet.filter { $0.contains("recordings") } == [], "who may not is not asked for")
        #expect(found.refused.line.hasPrefix("Recording is refused: "), "\(found.refused)")
        #expect(found.refused.line.contains("administration") && found.refused.button == "Record")
        for played in [found.growing, found.after] {
            #expect(played.ffmpeg.isEmpty && played.admin.isEmpty, "\(played)")
            #expect(played.isNarrow && played.carried && played.thumbnail == 200)
            #expect(played.policy == "no-referrer")
            let refused = played.refused
            #expect(refused["page"] == 200 && refused["one file"] == 200, "\(refused)")
            for (call, status) in [
                ("playlist without", 401), ("playlist of another", 403),
                ("playlist with nonsense", 401), ("list by link", 401),
                ("list by admin's address", 401), ("stop by link", 401),
                ("delete by link", 401), ("list by link's header", 403), ("another's file", 403),
                ("file without", 401), ("one file of another", 403), ("no file", 403),
            ] { #expect(refused[call] == status, "\(call): \(refused)") }
        }
        #expect(found.whole.isEmpty, "\(found.whole)")
        #expect(found.watched.width == 640 && found.watched.problem.isEmpty)
        #expect(found.watched.bytes == found.size && found.watched.name.hasPrefix("demo-"))
        for (asked, shown) in found.entered.map({ ($0[0], $0[1]) }) {
            #expect(asked.contains("administration") && shown == "demo")
        }
        #expect(found.entered.count == 2 && found.torn == "%E0%A4%A", "\(found.torn)")
        #expect(found.leaks == 0 && found.logged > 0 && found.exit == 0)
    }

    struct Absent: Decodable {
        let button: Seen?
        let failed: [String]
        let links: Int
        let exit: Int32
    }

    @Test func `where nothing can be recorded there is no button, and nothing is asked in vain`()
        async throws
    {
        let found: Absent = try await Lab.script("record_button.py", ["none"])
        #expect(found.button == nil && found.failed == [] && found.links == 0 && found.exit == 0)
    }
}
