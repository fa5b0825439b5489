import Muxer
import Testing
import Timing
import Web

@testable import Recording
@testable import RecordingAPI

/// Recordings of more than a playlist lists: what lies before it is counted, and can be had.
@Suite struct UnlistedFilesTests {
    private static let fileCount = 6

    /// Files of six seconds, a minute from one's beginning to the next one's, and playlists that list two.
    private static func folder() async throws -> (RecordedFolder, PlaylistHistory) {
        let folder = try await RecordedFolder()
        for number in 0..<fileCount {
            try folder.record(
                "cam_20260101_000\(number)00.ts", .mpegts, seconds: 6, from: Int64(number) * 60)
        }
        let catalog = RecordingCatalog(folder.recordings)
        let history = PlaylistHistory(
            catalog: catalog, recordings: folder.recordings, segmentLimit: 7)
        return (folder, history)
    }

    private static func files(_ playlist: MediaPlaylist) -> [Int] {
        playlist.files.compactMap { file in
            guard case .cuts(let folder) = file.addresses else { return nil }
            return folder.dropFirst(16).first.flatMap { Int(String($0)) }
        }
    }

    /// Which file an export begins in that is asked for with the recorder's own count.
    private static func exported(_ folder: RecordedFolder, at time: Int64) async throws -> Int? {
        let catalog = RecordingCatalog(folder.recordings)
        let parts = try await catalog.stretches(
            of: catalog.summaries(of: "cam"), from: time, to: time + 1_000_000_000)
        return parts.first?.file.file.dropFirst(16).first.flatMap { Int(String($0)) }
    }

    @Test func `a playlist says how much lies before it, as an export counts`() async throws {
        let (folder, history) = try await Self.folder()
        let playlist = try #require(try await history.playlist(of: "cam"))
        #expect(Self.files(playlist) == [4, 5])
        let before = playlist.unlisted.before
        #expect(before == .seconds(24) && playlist.unlisted.after == .zero)
        #expect(
            playlist.text().contains("\n#EXT-X-SLUICE-UNLISTED:BEFORE=24.000000,AFTER=0.000000\n"))
        #expect(try await Self.exported(folder, at: before.nanoseconds) == 4)
        folder.delete("cam_20260101_000000.ts")
        let later = try #require(try await history.playlist(of: "cam"))
        #expect(later.unlisted.before == .seconds(18))
        #expect(try await Self.exported(folder, at: later.unlisted.before.nanoseconds) == 4)
    }

    @Test func `where all is listed nothing is said of it`() async throws {
        let (folder, _) = try await Self.folder()
        #expect(!(try await folder.get("/hls/cam/index.m3u8").text.contains("UNLISTED")))
    }

    @Test(arguments: ["7", "2023-11-14T22:14:21Z", "2023-11-14T22:14:10Z"])
    func `files around a time are listed that the newest playlist has not`(
        at text: String
    ) async throws {
        let (folder, history) = try await Self.folder()
        let newest = try #require(try await history.playlist(of: "cam"))
        var wish = PlaylistWish()
        wish.time = AskedTime(text)
        #expect(wish.time != nil)
        let past = try #require(try await history.playlist(of: "cam", wish))
        #expect(Self.files(past) == [1, 2] && past.isEnded)
        #expect(past.unlisted.before == .seconds(6) && past.unlisted.after == .seconds(18))
        #expect(past.text().contains("#EXT-X-SLUICE-UNLISTED:BEFORE=6.000000,AFTER=18.000000\n"))
        #expect(try await Self.exported(folder, at: past.unlisted.before.nanoseconds) == 1)
        let again = try #require(try await history.playlist(of: "cam"))
        #expect(again.text() == newest.text(), "and no number of the newest is another")
    }

    @Test(arguments: ["25", "300", "2023-11-14T22:17:25Z", "2040-01-01T00:00:00Z"])
    func `a time that is among the newest, or behind all, is theirs`(at text: String) async throws {
        let (folder, history) = try await Self.folder()
        defer { withExtendedLifetime(folder) {} }
        let newest = try #require(try await history.playlist(of: "cam"))
        var wish = PlaylistWish()
        wish.time = AskedTime(text)
        #expect(wish.time != nil)
        let same = try #require(try await history.playlist(of: "cam", wish))
        #expect(same.text() == newest.text())
    }

    @Test func `of a date before all of it the oldest files are listed`() async throws {
        let (folder, history) = try await Self.folder()
        defer { withExtendedLifetime(folder) {} }
        var wish = PlaylistWish()
        wish.time = AskedTime("2020-01-01T00:00:00Z")
        #expect(wish.time != nil)
        let oldest = try #require(try await history.playlist(of: "cam", wish))
        #expect(Self.files(oldest) == [0, 1] && oldest.isEnded)
    }

    @Test func `a time that is none is refused`() async throws {
        let (folder, _) = try await Self.folder()
        for at in ["yesterday", "-1", ""] {
            let answer = try await folder.get("/hls/cam/index.m3u8?at=" + at)
            #expect(answer.status == 400 && answer.detail.contains("2026-11-21T11:50:31Z"), "\(at)")
        }
    }
}
