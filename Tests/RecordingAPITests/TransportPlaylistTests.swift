import Muxer
import Testing
import Web

@testable import Recording
@testable import RecordingAPI

/// What players get that take MPEG-TS alone: the files' own octets, in whole segments.
@Suite struct TransportPlaylistTests {
    static let folderPath = "/api/v1/recordings/cam/stream/"

    /// The octets that a playlist lists, one range after the other.
    private static func ranges(
        _ text: String, _ folder: RecordedFolder
    ) async throws -> [(file: String, octets: [UInt8])] {
        var found: [(file: String, octets: [UInt8])] = []
        var range: [Int] = []
        for line in text.split(separator: "\n") {
            if line.hasPrefix("#EXT-X-BYTERANGE:") {
                range = line.dropFirst(17).split(separator: "@").compactMap { Int($0) }
            } else if !line.hasPrefix("#") {
                try #require(range.count == 2)
                let answer = try await folder.ask(
                    .get, folderPath + line,
                    headers: [.range: "bytes=\(range[1])-\(range[1] + range[0] - 1)"])
                #expect(answer.status == 206 && answer.octets.count == range[0])
                found.append((String(line), answer.octets))
            }
        }
        return found
    }

    @Test func `segments are ranges that begin with their tables, and are the files together`()
        async throws
    {
        let folder = try await RecordedFolder()
        var whole: [UInt8] = []
        for number in 0..<2 {
            whole += try folder.record(
                "cam_20260101_00000\(number).ts", .mpegts, from: Int64(5 + 3 * number))
        }
        let answer = try await folder.get(Self.folderPath + "ts.m3u8")
        #expect(answer.status == 200)
        #expect(answer.headers["content-type"] == "application/vnd.apple.mpegurl")
        #expect(!answer.text.contains("EXT-X-MAP") && answer.text.hasSuffix("#EXT-X-ENDLIST\n"))
        #expect(answer.text.split(separator: "\n").count { $0 == "#EXT-X-DISCONTINUITY" } == 1)
        let found = try await Self.ranges(answer.text, folder)
        #expect(found.count == 4)
        #expect(found.flatMap(\.octets) == whole)
        for (_, octets) in found { #expect(octets.prefix(3) == [0x47, 0x40, 0x00], "a PAT") }
    }

    @Test func `of a file that grows the segments are listed that are whole`() async throws {
        let folder = try await RecordedFolder()
        let growing = try await GrowingRecording("cam", in: folder)
        try await growing.record(pictures: 65)
        let answer = try await folder.get(Self.folderPath + "ts.m3u8")
        #expect(answer.status == 200 && !answer.text.contains("EXT-X-ENDLIST"))
        let found = try await Self.ranges(answer.text, folder)
        #expect(!found.isEmpty)
        for (_, octets) in found { #expect(octets.prefix(3) == [0x47, 0x40, 0x00], "a PAT") }
        await growing.finish()
    }

    @Test func `what is no transport stream, or another recording's, is not there`() async throws {
        let folder = try await RecordedFolder()
        try folder.record("cam_20260101_000000.mp4", .fmp4)
        try folder.record("door_20260101_000000.ts", .mpegts)
        let playlist = try await folder.get(Self.folderPath + "ts.m3u8")
        #expect(playlist.status == 404 && playlist.detail.contains("/hls/cam/index.m3u8"))
        for file in ["door_20260101_000000.ts", "cam_20260101_000000.ts", "..%2Fx.ts", ".ts"] {
            #expect(try await folder.get(Self.folderPath + file).status == 404)
        }
        #expect(try await folder.ask(.delete, Self.folderPath + "ts.m3u8").status == 405)
    }

    @Test func `who was given one address with a token can follow it`() async throws {
        let folder = try await RecordedFolder()
        try folder.record("cam_20260101_000000.ts", .mpegts)
        let answer = try await folder.get(Self.folderPath + "ts.m3u8?token=a.b.c")
        #expect(answer.text.contains("\ncam_20260101_000000.ts?token=a.b.c\n"))
    }
}
