import Glibc
import Muxer
import Reactor
import Testing
import Timing
import Web

@testable import Recording
@testable import RecordingAPI

/// What was said of a recording at its start is known as long as it is there, to every process.
@Suite struct TitleTests {
    struct One: Decodable {
        struct Wishes: Decodable {
            let format: String?
            let bitrate_kbps: Double?
            let frame_rate: Double?
            let video_quality: String?
        }
        let recording_id: String
        let room_id: String
        let title: String
        let description: String?
        let requested: Wishes?
    }

    struct Listed: Decodable { let recordings: [One] }

    private static let said = #"""
        {"room_id": "Große Runde", "title": "Dienstag \"früh\"", "description": "Zeile\nzwei",
         "format": "webm", "bitrate_kbps": 2500, "frame_rate": 29.97}
        """#

    /// As a process that begins now finds them.
    private static func titles(in folder: RecordedFolder) -> RecordingTitles {
        RecordingTitles(catalog: RecordingCatalog(folder.recordings))
    }

    private static func keep(_ name: String, in folder: RecordedFolder) async throws {
        let body = try decodeJSON(RoomStartBody.self, from: Array(said.utf8))
        await titles(in: folder).keep(RecordingTitle(body), of: name, after: nil)
    }

    @Test func `a title outlives the process that was told it`() async throws {
        let folder = try await RecordedFolder()
        try folder.record("GroeRunde-1_20260101_000000.ts", .mpegts)
        try await Self.keep("GroeRunde-1", in: folder)
        let answer = try await folder.get("/api/v1/recordings/GroeRunde-1")
        let one = try decodeJSON(One.self, from: answer.octets)
        #expect(one.room_id == "Große Runde" && one.title == "Dienstag \"früh\"")
        #expect(one.description == "Zeile\nzwei" && one.requested?.format == "webm")
        #expect(one.requested?.bitrate_kbps == 2500 && one.requested?.frame_rate == 29.97)
    }

    @Test func `a folder without notes lists, and so does one whose note is torn`() async throws {
        let folder = try await RecordedFolder()
        for name in ["a", "b", "c"] { try folder.record("\(name)_20260101_000000.ts", .mpegts) }
        try folder.write(Array(#"{"room_id": "ro"#.utf8), to: "b.recording.json")
        try folder.write(Array(#"{"title": "C", "unknown": [1]}"#.utf8), to: "c.recording.json")
        let answer = try await folder.get("/api/v1/recordings")
        let list = try decodeJSON(Listed.self, from: answer.octets).recordings
        let titles = Dictionary(uniqueKeysWithValues: list.map { ($0.recording_id, $0.title) })
        #expect(titles == ["a": "a", "b": "b", "c": "C"])
    }

    @Test func `a note goes with its recording`() async throws {
        let folder = try await RecordedFolder()
        try folder.record("a_20260101_000000.ts", .mpegts)
        try await Self.keep("a", in: folder)
        #expect(access(folder.path + "/a.recording.json", F_OK) == 0)
        #expect(try await folder.ask(.delete, "/api/v1/recordings/a").status == 204)
        #expect(access(folder.path + "/a.recording.json", F_OK) != 0)
        #expect(try await Self.titles(in: folder).title(of: "a") == nil)
    }

    @Test func `a start that goes on with a recording keeps of what was said what it does not say`()
        async throws
    {
        let folder = try await RecordedFolder()
        try folder.record("cam_20260101_000000.ts", .mpegts)
        try await Self.keep("cam", in: folder)
        func start(_ body: String) async throws -> RecordingTitle? {
            let said = try decodeJSON(StartBody.self, from: Array(body.utf8))
            let titles = Self.titles(in: folder)
            let former = try await titles.former(of: "cam")
            await titles.keep(RecordingTitle(said), of: "cam", after: former)
            return try await Self.titles(in: folder).title(of: "cam")
        }
        let same = try await start(#"{"mint_id": "cam"}"#)
        #expect(same?.room_id == "Große Runde" && same?.title == "Dienstag \"früh\"")
        #expect(same?.description == "Zeile\nzwei" && same?.requested?.format == "webm")
        let other = try await start(
            #"{"mint_id": "cam", "title": "Mittwoch", "output_format": "mp4"}"#)
        #expect(other?.title == "Mittwoch" && other?.description == "Zeile\nzwei")
        let wishes = try #require(other?.requested)
        #expect(wishes.format == "mp4" && wishes.bitrate_kbps == 2500 && wishes.frame_rate == 29.97)
    }

    @Test func `notes without files go once they are a day old, and never one that runs`()
        async throws
    {
        let folder = try await RecordedFolder()
        for name in ["gone", "kept", "young", "runs"] { try await Self.keep(name, in: folder) }
        try folder.record("kept_20260101_000000.ts", .mpegts)
        try folder.write([0x7B], to: "gone.json")  // nobody's note
        let torn = ["kept.recording.json.new", "young.recording.json.new"]
        for file in torn { try folder.write([0x7B], to: file) }  // left by a kill
        let old = ["gone", "kept", "runs"].map { $0 + ".recording.json" } + ["gone.json", torn[0]]
        for file in old {
            var times = [timeval(tv_sec: 1_000_000_000, tv_usec: 0), timeval()]
            times[1] = times[0]
            #expect(utimes(folder.path + "/" + file, times) == 0)
        }
        let dayAgo = FolderReading(folder: folder.path).now - StoredNote.day
        StoredNote.removeStrays(
            in: folder.path, sparing: ["runs"], before: dayAgo, ClaimedFiles())
        let left = ["gone", "kept", "young", "runs"].filter {
            access(folder.path + "/\($0).recording.json", F_OK) == 0
        }
        #expect(left == ["kept", "young", "runs"])
        #expect(access(folder.path + "/gone.json", F_OK) == 0)
        #expect(torn.map { access(folder.path + "/" + $0, F_OK) } == [-1, 0])
    }

    @Test func `where the disk takes no note the title is known all the same`() async throws {
        let folder = try await RecordedFolder()
        #expect(mkdir(folder.path + "/cam.recording.json.new", 0o700) == 0)
        defer { rmdir(folder.path + "/cam.recording.json.new") }
        let titles = Self.titles(in: folder)
        let body = try decodeJSON(RoomStartBody.self, from: Array(Self.said.utf8))
        await titles.keep(RecordingTitle(body), of: "cam", after: nil)
        #expect(try await titles.title(of: "cam")?.room_id == "Große Runde")
        #expect(try await Self.titles(in: folder).title(of: "cam") == nil)
    }

    @Test func `a list can be of one room`() async throws {
        let folder = try await RecordedFolder()
        for name in ["GroeRunde-1", "GroeRunde-2", "cam"] {
            try folder.record("\(name)_20260101_000000.ts", .mpegts)
        }
        try await Self.keep("GroeRunde-1", in: folder)
        for (room, names) in [
            ("Große Runde", ["GroeRunde-1"]), ("cam", ["cam"]), ("GroeRunde", []), ("ca", []),
        ] {
            let answer = try await folder.get("/api/v1/recordings?room_id=\(room)")
            let list = try decodeJSON(Listed.self, from: answer.octets).recordings
            #expect(list.map(\.recording_id) == names, "\(room)")
        }
    }

    @Test func `rooms whose names no file can tell apart may begin within one second`() async throws
    {
        let folder = try await RecordedFolder(rooms: "http://127.0.0.1:1")
        // Whichever second it is: the first name of each is taken.
        let now = ClockMap.now().unixNanoseconds(at: .now())
        for second in 0..<60 {
            let time = DateTime(nanoseconds: now + Int64(second) * 1_000_000_000)
            let name = "recording-" + time.text.filter(\.isNumber).prefix(14)
            let order = await folder.recordings.order(name, "rtsp://192.0.2.1/live")
            await folder.recordings.add(order, RunningSource {})
        }
        let body =
            #"{"room_id": "日本", "source": "rtsp://127.0.0.1:1/live", "wait_seconds": 0}"#
        let answer = try await folder.ask(.post, "/api/v1/recordings/start", body)
        #expect(answer.status == 202, "\(answer.text)")
        #expect(await folder.recordings.active().filter { $0.name.hasSuffix("-2") }.count == 1)
        await folder.recordings.stopAll()
    }
}
