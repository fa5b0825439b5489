import Muxer
import Testing
import Web

@testable import Recording
@testable import RecordingAPI

/// Answers whose file is not what it was when they began: what is missing is never passed over.
@Suite struct ShortenedFileTests {
    private static func pieces(
        _ folder: RecordedFolder, _ path: String
    ) async throws -> HTTPPieces {
        let response = await folder.endpoints.respond(
            to: HTTPRequest(method: .get, path: path, query: [], headers: [:], body: []))
        guard case .pieces(let pieces) = response.body else {
            throw PieceCutter.Failure.unplayable
        }
        return pieces
    }

    @Test(arguments: [
        "/recordings/cam_20260101_000000.ts", "/api/v1/recordings/cam/download",
    ]) func `a file that has lost its end ends the response short of its length`(
        path: String
    ) async throws {
        let folder = try await RecordedFolder()
        let octets = try folder.record("cam_20260101_000000.ts", .mpegts)
        try folder.record("cam_20260101_000010.ts", .mpegts, from: 20)
        let pieces = try await Self.pieces(folder, path)
        #expect(pieces.byteCount ?? 0 >= octets.count)
        try folder.write(Array(octets.prefix(octets.count / 2)), to: "cam_20260101_000000.ts")
        await #expect(throws: StorageError.self) { try await pieces.next() }
    }

    @Test func `a segment that cannot be read is no segment that is not there`() async throws {
        let folder = try await RecordedFolder()
        try folder.record("cam_20260101_000000.ts", .mpegts)
        let path = "/hls/cam/cam_20260101_000000.ts/s0.m4s"
        #expect(try await folder.get(path).status == 200)
        try folder.write([0x47], to: "cam_20260101_000000.ts")
        let answer = try await folder.get(path)
        #expect(answer.status == 500 && answer.detail.contains("cam_20260101_000000.ts"))
    }
}
