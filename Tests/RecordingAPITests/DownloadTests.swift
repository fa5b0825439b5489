import Codecs
import Muxer
import Testing
import Timing
import Web

@testable import RecordingAPI

/// What of a recording is taken home.
@Suite struct DownloadTests {
    @Test func `a recording of one file is that file`() async throws {
        let folder = try await RecordedFolder()
        let file = try folder.record("cam_20260101_000000.ts", .mpegts)
        let answer = try await folder.get("/api/v1/recordings/cam/download")
        #expect(answer.octets == file && answer.headers["content-type"] == "video/mp2t")
        #expect(answer.headers["accept-ranges"] == "bytes")
        #expect(
            answer.headers["content-disposition"]
                == "attachment; filename=\"cam_20260101_000000.ts\"")
    }

    @Test func `what a caller has already is not sent again, however he names it`() async throws {
        let folder = try await RecordedFolder()
        _ = try folder.record("cam_20260101_000000.ts", .mpegts)
        let path = "/recordings/cam_20260101_000000.ts"
        let tag = try #require(try await folder.get(path).headers["etag"])
        for named in [tag, "W/\(tag)", "\"other\" ,\t\(tag) ", "*"] {
            let answer = try await folder.ask(.get, path, headers: [.ifNoneMatch: named])
            #expect(answer.status == 304 && answer.octets.isEmpty, "\(named)")
        }
        for other in ["\"other\"", "", "x" + tag] {
            let answer = try await folder.ask(.get, path, headers: [.ifNoneMatch: other])
            #expect(answer.status == 200, "\(other)")
        }
    }

    @Test
    func `transport streams in several files come as one without a fault, on one line of time`()
        async throws
    {
        let folder = try await RecordedFolder()
        var sum = 0
        for (minute, start) in [Int64(5), 8, 500, 5].enumerated() {
            sum += try folder.record("cam_20260101_00000\(minute).ts", .mpegts, from: start).count
        }
        let answer = try await folder.get("/api/v1/recordings/cam/download")
        #expect(answer.octets.count == sum)
        #expect(answer.headers["content-disposition"] == "attachment; filename=\"cam.ts\"")
        #expect(answer.headers["accept-ranges"] == "none", "it is not resumed")
        var checker = TransportStreamChecker()
        checker.receive(answer.octets.span.bytes)
        checker.finish()
        #expect(checker.findings.isEmpty, "\(checker.findings)")
        var demuxer = TransportStreamDemuxer()
        demuxer.receive(answer.octets.span.bytes)
        demuxer.finish()
        let stamps = demuxer.takeUnits().compactMap(\.decodeStamp)
        let steps = zip(stamps.dropFirst(), stamps).map { Int($0) - Int($1) }
        #expect(steps == [Int](repeating: 9_000, count: 4 * 30 - 1), "one picture after the other")
        let one = try await folder.get(
            "/api/v1/recordings/cam/download?file=cam_20260101_000001.ts")
        #expect(one.octets.count < sum && one.status == 200)
    }

    /// Numbers and times (of a track of 90 kHz) of a movie's fragments, and how many heads it has.
    static func fragments(_ octets: [UInt8]) -> (numbers: [Int], times: [Int], heads: Int) {
        func number(_ place: Int, _ count: Int) -> Int {
            octets[place..<place + count].reduce(0) { $0 << 8 | Int($1) }
        }
        func places(of kind: String) -> [Int] {
            let kind = Array(kind.utf8)
            return octets.indices.dropLast(4).filter { Array(octets[$0..<$0 + 4]) == kind }
        }
        return (
            places(of: "mfhd").map { number($0 + 8, 4) },
            places(of: "tfdt").map { number($0 + 8, 8) },
            places(of: "moov").count
        )
    }

    @Test(arguments: [Container.fmp4, .mp4])
    func `movies in several files come as one, without a seam`(container: Container) async throws {
        let folder = try await RecordedFolder()
        try folder.record("cam_20260101_000000.mp4", container, from: 5)
        try folder.record("cam_20260101_000010.mp4", container, from: 700)
        let answer = try await folder.get("/api/v1/recordings/cam/download")
        #expect(answer.headers["content-type"] == "video/mp4")
        let (numbers, times, heads) = Self.fragments(answer.octets)
        #expect(heads == 1 && numbers == Array(1...numbers.count))
        #expect(times.first == 0 && times == times.sorted() && Set(times).count == times.count)
        #expect(times.contains(3 * 90_000), "the second file goes on where the first ends")
        #expect(times.allSatisfy { $0 < 6 * 90_000 })
    }

    @Test func `files that hold different things are listed`() async throws {
        let folder = try await RecordedFolder()
        try folder.record("cam_20260101_000000.mp4", .fmp4)
        try folder.record("cam_20260101_000010.webm", .webm, .vp8(nil), key: RecordedFolder.vp8)
        let answer = try await folder.get("/api/v1/recordings/cam/download")
        #expect(answer.status == 409 && answer.detail.hasPrefix("cam: "))
        #expect(answer.text.contains("/recordings/cam_20260101_000010.webm"))
    }

    @Test func `an export runs over files, from key frame to key frame`() async throws {
        let folder = try await RecordedFolder()
        try folder.record("cam_20260101_000000.ts", .mpegts, seconds: 4, from: 5)
        try folder.record("cam_20260101_000010.ts", .mpegts, seconds: 4, from: 90)
        let answer = try await folder.get("/api/v1/recordings/cam/export?from=2.5&to=5")
        #expect(answer.headers["content-disposition"] == "attachment; filename=\"cam_2-5.mp4\"")
        // Two seconds of the first file, and one of the other.
        let times = Self.fragments(answer.octets).times
        #expect(times.first == 0 && times.contains(2 * 90_000))
        #expect(times.allSatisfy { $0 < 3 * 90_000 })
        let beyond = try await folder.get("/api/v1/recordings/cam/export?from=9&to=12")
        #expect(beyond.status == 404 && beyond.detail.contains("cam"))
    }

    @Test func `what is recorded as WebM is exported as that, and has a picture`() async throws {
        let folder = try await RecordedFolder()
        try folder.record(
            "room_20260101_000000.webm", .webm, .vp8(nil), seconds: 6, key: RecordedFolder.vp8)
        let answer = try await folder.get("/api/v1/recordings/room/export?from=2&to=4")
        #expect(answer.headers["content-type"] == "video/webm")
        #expect(
            answer.headers["content-disposition"] == "attachment; filename=\"room_2-4.webm\"")
        #expect(answer.octets.starts(with: [0x1A, 0x45, 0xDF, 0xA3]))
        let cluster = try #require(answer.octets.firstRange(of: [0x1F, 0x43, 0xB6, 0x75]))
        let head = Array(answer.octets[cluster.upperBound...].dropFirst(4).prefix(3))
        #expect(head == [0xE7, 0x81, 0], "it begins at zero")
        let picture = try await folder.get("/api/v1/recordings/room/thumbnail?at=3")
        #expect(picture.status == 200 && picture.octets.starts(with: [0xFF, 0xD8]))
        let list = try await folder.get("/api/v1/recordings/room")
        #expect(list.text.contains("video/webm; codecs=\\\"vp8\\\""))
    }
}
