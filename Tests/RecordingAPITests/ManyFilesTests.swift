import Muxer
import Testing
import Web

@testable import Recording
@testable import RecordingAPI

/// Recordings of more files than anybody wants to name.
@Suite(.timeLimit(.minutes(2))) struct ManyFilesTests {
    private static let count = 2010

    /// So many files of a second each, and the octets of one.
    private static func folder(
        _ container: Container
    ) async throws -> (folder: RecordedFolder, octets: [UInt8]) {
        let folder = try await RecordedFolder()
        let chunk = try RecordedFolder.chunk(container, seconds: 1)
        for number in 0..<count {
            let file = "cam_20260101_\(100_000 + number)." + container.fileExtension
            try folder.write(chunk.bytes, to: file)
            try folder.write(chunk.index + ClosingMark.bytes, to: file + ".index")
        }
        return (folder, chunk.bytes)
    }

    struct Described: Decodable {
        struct File: Decodable { let file: String }
        let duration_seconds: Double
        let file_size_bytes: Int
        let file_count: Int
        let files: [File]
    }

    @Test func `figures and a download are of all files, though not all are named`() async throws {
        let (folder, octets) = try await Self.folder(.mpegts)
        let answer = try await folder.get("/api/v1/recordings/cam")
        let one = try decodeJSON(Described.self, from: answer.octets)
        #expect(one.file_count == Self.count && one.file_size_bytes == Self.count * octets.count)
        #expect(abs(one.duration_seconds - Double(Self.count)) < 1)
        #expect(one.files.count == 2000 && one.files.last?.file == "cam_20260101_102009.ts")
        let all = try await folder.get("/api/v1/recordings/cam/download")
        #expect(all.octets.count == Self.count * octets.count)
    }

    @Test func `an export begins in the oldest file, and its length is known`() async throws {
        let (folder, octets) = try await Self.folder(.fmp4)
        let all = try await folder.get("/api/v1/recordings/cam/export")
        let fragment = try #require(octets.firstRange(of: Array("moof".utf8))).lowerBound - 4
        let size = octets.count - fragment
        #expect(all.octets.count == fragment + Self.count * size)
        #expect(DownloadTests.fragments(Array(all.octets.prefix(octets.count))).times.first == 0)
        let last = DownloadTests.fragments(Array(all.octets.suffix(size)))
        #expect(last.numbers.last ?? 0 >= Self.count)
        #expect(last.times.first == (Self.count - 1) * 90_000)
        let few = try await folder.get("/api/v1/recordings/cam/export?from=0&to=2")
        #expect(DownloadTests.fragments(few.octets).times.allSatisfy { $0 < 2 * 90_000 })
    }
}
