import Muxer
import Testing
import Web

@testable import Recording

/// Playlists of recordings that grow and lose files, as players ask for them (RFC 8216bis §6.2.5).
@Suite(.timeLimit(.minutes(1))) struct PlaylistReloadTests {
    private static func lines(_ answer: Answer, _ prefix: String) -> [Substring] {
        answer.text.split(separator: "\n").filter { $0.hasPrefix(prefix) }
    }

    /// Two seconds in a whole segment, and two parts of the next.
    private static func growing(in folder: RecordedFolder) async throws -> GrowingRecording {
        let growing = try await GrowingRecording("cam", in: folder)
        try await growing.record(pictures: 25)
        return growing
    }

    @Test func `a reload is answered once the part that it names is there`() async throws {
        let folder = try await RecordedFolder()
        let growing = try await Self.growing(in: folder)
        let now = try await folder.get("/hls/cam/index.m3u8?_HLS_msn=1&_HLS_part=1")
        #expect(Self.lines(now, "#EXT-X-PART:").count == 12 && now.status == 200)
        async let later = folder.get("/hls/cam/index.m3u8?_HLS_msn=1&_HLS_part=2")
        try await growing.isWaitedFor()
        try await growing.record(pictures: 2)
        let more = try await later
        #expect(Self.lines(more, "#EXT-X-PART:").count == 13)
        async let whole = folder.get("/hls/cam/index.m3u8?_HLS_msn=1")
        try await growing.isWaitedFor()
        try await growing.record(pictures: 16)
        let most = try await whole
        #expect(Self.lines(most, "#EXTINF").count == 2)
        await growing.leave()
    }

    @Test func `a part that a playlist hints at is waited for, and is the one listed then`()
        async throws
    {
        let folder = try await RecordedFolder()
        let growing = try await Self.growing(in: folder)
        let before = try await folder.get("/hls/cam/index.m3u8")
        let hint = try #require(Self.lines(before, "#EXT-X-PRELOAD-HINT").first)
        let address = String(try #require(hint.split(separator: "\"").dropFirst().first))
        async let part = folder.get("/hls/cam/" + address)
        try await growing.isWaitedFor()
        try await growing.record(pictures: 2)
        let got = try await part
        #expect(got.status == 200 && got.octets.dropFirst(4).starts(with: Array("moof".utf8)))
        let after = try await folder.get("/hls/cam/index.m3u8")
        #expect(after.text.contains("URI=\"\(address)\""))
        await growing.leave()
    }

    @Test func `what lies too far ahead is the caller's mistake, and so is a part of nothing`()
        async throws
    {
        let folder = try await RecordedFolder()
        let growing = try await Self.growing(in: folder)
        let far = try await folder.get("/hls/cam/index.m3u8?_HLS_msn=4&_HLS_part=0")
        #expect(far.status == 400 && far.detail.contains("_HLS_msn"))
        let part = try await folder.get("/hls/cam/index.m3u8?_HLS_part=0")
        #expect(part.status == 400 && part.detail.contains("_HLS_part"))
        await growing.leave()
        let ended = try await folder.get("/hls/cam/index.m3u8?_HLS_msn=2&_HLS_part=0")
        #expect(ended.status == 200 && ended.text.hasSuffix("#EXT-X-ENDLIST\n"))
    }

    @Test func `who waits until nobody wants to know any more is told that nothing came`()
        async throws
    {
        let folder = try await RecordedFolder()
        let growing = try await Self.growing(in: folder)
        let asking = Task { try await folder.get("/hls/cam/index.m3u8?_HLS_msn=1&_HLS_part=9") }
        try await growing.isWaitedFor()
        asking.cancel()
        let answer = try await asking.value
        #expect(answer.status == 503 && answer.detail.contains("cam"))
        await growing.leave()
    }

    @Test func `a delta update and what was skipped are the whole playlist`() async throws {
        let folder = try await RecordedFolder()
        let growing = try await GrowingRecording("cam", in: folder)
        try await growing.record(pictures: 425)
        let whole = try await folder.get("/hls/cam/index.m3u8")
        let delta = try await folder.get("/hls/cam/index.m3u8?_HLS_skip=YES")
        let skip = try #require(Self.lines(delta, "#EXT-X-SKIP:SKIPPED-SEGMENTS=").first)
        let skipped = try #require(Int(skip.dropFirst(29)))
        let (all, some) = (Self.lines(whole, "cam_"), Self.lines(delta, "cam_"))
        #expect(skipped > 5 && skipped + some.count == all.count && all.count == 21)
        #expect(Array(all.dropFirst(skipped)) == some)
        #expect(Self.lines(whole, "#EXT-X-PART:") == Self.lines(delta, "#EXT-X-PART:"))
        #expect(Self.lines(whole, "#EXT-X-SKIP").isEmpty)
        await growing.leave()
    }

    @Test func `a segment keeps its number when files before it are deleted`() async throws {
        let folder = try await RecordedFolder()
        for (day, seconds) in [(1, 6), (2, 4), (3, 4)] {
            try folder.record("cam_2026010\(day)_000000.ts", .mpegts, seconds: seconds)
        }
        let whole = try await folder.get("/hls/cam/index.m3u8")
        #expect(whole.text.contains("#EXT-X-MEDIA-SEQUENCE:0\n"))
        #expect(Self.lines(whole, "#EXTINF").count == 7)
        folder.delete("cam_20260101_000000.ts")
        for _ in 0..<2 {
            let second = try await folder.get("/hls/cam/index.m3u8")
            #expect(second.text.contains("#EXT-X-MEDIA-SEQUENCE:3\n"))
            #expect(!second.text.contains("#EXT-X-DISCONTINUITY-SEQUENCE"))
            #expect(Self.lines(second, "#EXT-X-DISCONTINUITY").count == 2)
        }
        folder.delete("cam_20260102_000000.ts")
        let third = try await folder.get("/hls/cam/index.m3u8")
        #expect(third.text.contains("#EXT-X-MEDIA-SEQUENCE:5\n"))
        #expect(third.text.contains("#EXT-X-DISCONTINUITY-SEQUENCE:1\n"))
        #expect(Self.lines(third, "cam_") == Array(Self.lines(whole, "cam_").suffix(2)))
    }

    @Test func `the target duration does not fall when the longest segments are deleted`()
        async throws
    {
        let folder = try await RecordedFolder()
        try folder.record("cam_20260101_000000.ts", .mpegts, seconds: 16, keyframeEvery: 80)
        try folder.record("cam_20260102_000000.ts", .mpegts, seconds: 4)
        let before = try await folder.get("/hls/cam/index.m3u8")
        #expect(before.text.contains("#EXT-X-TARGETDURATION:8\n"))
        folder.delete("cam_20260101_000000.ts")
        let after = try await folder.get("/hls/cam/index.m3u8")
        #expect(after.text.contains("#EXT-X-TARGETDURATION:8\n"))
    }

    @Test func `what grows is listed last, though the clock was ahead once`() async throws {
        let folder = try await RecordedFolder()
        try folder.record("cam_20991231_000000.ts", .mpegts, seconds: 4)
        let growing = try await Self.growing(in: folder)
        let answer = try await folder.get("/hls/cam/index.m3u8")
        let last = try #require(answer.text.split(separator: "\n").last)
        #expect(last.hasPrefix("#EXT-X-PRELOAD-HINT"), "\(answer.text)")
        async let later = folder.get("/hls/cam/index.m3u8?_HLS_msn=3&_HLS_part=2")
        try await growing.isWaitedFor()
        try await growing.record(pictures: 2)
        #expect(try await later.status == 200)
        await growing.leave()
    }
}
