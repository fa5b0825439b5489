import Glibc
import Testing
import Web

@testable import Recording
@testable import RecordingAPI

/// An index that is larger than any recorder writes: a hole in a disk's image, or somebody's mischief.
@Suite(.timeLimit(.minutes(1))) struct HugeIndexTests {
    private static let file = "cam_20260101_000000.ts"

    /// A file with an index of so many octets, of which the disk has none behind its records.
    private static func folder(indexByteCount: UInt64) async throws -> RecordedFolder {
        let folder = try await RecordedFolder()
        try folder.record(file, .mpegts, isClosed: false)
        let path = folder.path + "/" + file + ".index"
        try #require(truncate(path, off_t(indexByteCount)) == 0)
        return folder
    }

    @Test func `it is not read, and the others are listed`() async throws {
        let folder = try await Self.folder(indexByteCount: StoredIndex.byteLimit + 1)
        try folder.record("door_20260101_000000.ts", .mpegts)
        #expect(StoredIndex(of: folder.path + "/" + Self.file) == nil)
        let list = try await folder.get("/api/v1/recordings")
        #expect(list.status == 200 && list.text.contains("door"), "\(list.text)")
    }

    @Test func `a start leaves it and its file as they are, and names the file`() async throws {
        let folder = try await Self.folder(indexByteCount: StoredIndex.byteLimit + 1)
        let report = Recovery(storage: SystemStorage(), folder: folder.path).run()
        #expect(report.unexplained == [Self.file] && report.mended == 0)
    }

    @Test func `one with a small hole behind its records is read`() async throws {
        let folder = try await Self.folder(indexByteCount: 1 << 16)
        #expect(StoredIndex(of: folder.path + "/" + Self.file)?.snapshot.parts.isEmpty == false)
    }
}
