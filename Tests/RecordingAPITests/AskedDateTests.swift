import Muxer
import Testing
import Web

@testable import Recording
@testable import RecordingAPI

/// Parts and pictures of a recording asked for by date.
@Suite struct AskedDateTests {
    /// Six seconds from 22:13:25 UTC on, and four from 22:14:50 on.
    private static func folder() async throws -> RecordedFolder {
        let folder = try await RecordedFolder()
        let (format, key) = (TrackFormat.vp8(nil), RecordedFolder.vp8)
        try folder.record("cam_20260101_000000.webm", .webm, format, seconds: 6, from: 5, key: key)
        try folder.record("cam_20260101_000100.webm", .webm, format, seconds: 4, from: 90, key: key)
        return folder
    }

    private static let day = "2023-11-14T"

    struct Row: CustomTestStringConvertible {
        let dates: String
        let seconds: String
        var testDescription: String { dates }
    }

    static let rows = [
        Row(dates: "from=\(day)22:13:27.5Z&to=\(day)22:13:30Z", seconds: "from=2.5&to=5"),
        Row(dates: "from=\(day)23:13:27.5+01:00&to=\(day)22:13:30Z", seconds: "from=2.5&to=5"),
        Row(dates: "from=\(day)22:13:29Z", seconds: "from=4"),
        Row(dates: "to=\(day)22:13:28Z", seconds: "to=3"),
        Row(dates: "from=\(day)22:13:29Z&to=\(day)22:14:51Z", seconds: "from=4&to=7"),
        Row(dates: "from=\(day)22:14:00Z&to=\(day)22:14:51Z", seconds: "from=6&to=7"),
        Row(dates: "from=2020-01-01T00:00:00Z&to=2040-01-01T00:00:00Z", seconds: "from=0"),
        Row(dates: "from=7&to=\(day)22:14:53Z", seconds: "from=7&to=9"),
        Row(
            dates: "file=cam_20260101_000100.webm&from=\(day)22:14:51Z",
            seconds: "file=cam_20260101_000100.webm&from=1"),
    ]

    @Test(arguments: rows)
    func `a part between dates is that between the seconds at which these were recorded`(
        row: Row
    ) async throws {
        let folder = try await Self.folder()
        let path = "/api/v1/recordings/cam/export?"
        let (dated, counted) = (
            try await folder.get(path + row.dates), try await folder.get(path + row.seconds)
        )
        #expect(dated.status == 200 && dated.octets == counted.octets, "\(dated.text.prefix(200))")
        #expect(
            dated.headers["content-disposition"] == counted.headers["content-disposition"])
    }

    @Test func `a picture of a date is that of its second`() async throws {
        let folder = try await Self.folder()
        let path = "/api/v1/recordings/cam/thumbnail?at="
        let rows = [("22:13:28", "3"), ("22:14:20", "6"), ("22:14:52", "8")]
        for (date, seconds) in rows {
            let dated = try await folder.get(path + Self.day + date + "Z")
            let counted = try await folder.get(path + seconds)
            #expect(dated.status == counted.status && dated.octets == counted.octets, "\(date)")
        }
    }

    @Test func `what was not recorded then is said in words`() async throws {
        let folder = try await Self.folder()
        let path = "/api/v1/recordings/cam/"
        for call in ["export?from=2024-01-01T00:00:00Z", "thumbnail?at=2024-01-01T00:00:00Z"] {
            let answer = try await folder.get(path + call)
            #expect(answer.status == 404)
            #expect(
                answer.detail
                    == "cam ends at 2023-11-14T22:14:54.000Z: there is nothing at"
                    + " 2024-01-01T00:00:00.000Z")
        }
        let gap = "export?from=\(Self.day)22:14:00Z&to=\(Self.day)22:14:10Z"
        let nothing = try await folder.get(path + gap)
        #expect(nothing.status == 404 && nothing.detail.contains("nothing was recorded between"))
    }

    @Test func `of what lies before its beginning there is nothing, and this is said`() async throws
    {
        let folder = try await Self.folder()
        let path = "/api/v1/recordings/cam/"
        for call in [
            "thumbnail?at=\(Self.day)22:13:24Z", "export?to=\(Self.day)22:13:24Z",
            "export?from=2020-01-01T00:00:00Z&to=\(Self.day)22:13:24Z",
        ] {
            let answer = try await folder.get(path + call)
            #expect(answer.status == 404, "\(call)")
            #expect(
                answer.detail
                    == "cam begins at 2023-11-14T22:13:25.000Z: there is nothing at"
                    + " 2023-11-14T22:13:24.000Z")
        }
        let file = "cam_20260101_000100.webm"
        let one = try await folder.get(
            path + "thumbnail?file=\(file)&at=\(Self.day)22:13:28Z")
        #expect(one.status == 404)
        #expect(one.detail.hasPrefix(file + " begins at 2023-11-14T22:14:50.000Z"))
        let begin = try await folder.get(path + "thumbnail?at=\(Self.day)22:13:25Z")
        #expect(begin.status == (try await folder.get(path + "thumbnail?at=0")).status)
    }

    static let refusals = [
        Row(
            dates: "export?from=yesterday",
            seconds: "from must be seconds of at most a year, or a date as 2026-11-21T11:50:31Z"),
        Row(
            dates: "export?from=1&to=2023-11-14",
            seconds: "to must be seconds of at most a year, or a date as 2026-11-21T11:50:31Z"),
        Row(
            dates: "thumbnail?at=22:14:00",
            seconds: "at must be seconds of at most a year, or a date as 2026-11-21T11:50:31Z"),
        Row(
            dates: "export?from=2023-11-14T22:14:51Z&to=2023-11-14T22:14:51Z",
            seconds: "to (2023-11-14T22:14:51.000Z) must be later than from"
                + " (2023-11-14T22:14:51.000Z)"),
        Row(
            dates: "export?from=3&to=2.5",
            seconds: "to (2.5 s) must be later than from (3.0 s)"),
    ]

    @Test(arguments: refusals) func `what of a range cannot be is named`(row: Row) async throws {
        let answer = try await Self.folder().get("/api/v1/recordings/cam/" + row.dates)
        #expect(answer.status == 400 && answer.detail == row.seconds)
    }
}
