import Muxer
import Testing

@testable import Recording
@testable import RecordingAPI

/// Recordings of which an index is torn in the middle: its ends say that all is there, and so it is.
@Suite struct TornIndexTests {
    /// Three files of four seconds, of the second of which a record in the middle is overwritten.
    private static func folder(_ container: Container) async throws -> RecordedFolder {
        let folder = try await RecordedFolder()
        for number in 0..<3 {
            let file = "cam_20260101_00000\(number).\(container.fileExtension)"
            let start = Int64(5 + 4 * number)
            try folder.record(file, container, seconds: 4, from: start)
            guard number == 1 else { continue }
            let chunk = try RecordedFolder.chunk(container, seconds: 4, from: start)
            var index = chunk.index + ClosingMark.bytes
            for place in index.count / 2..<index.count / 2 + 30 { index[place] = 0xAA }
            try folder.write(index, to: file + ".index")
        }
        return folder
    }

    @Test(arguments: [Container.mpegts, .fmp4, .mp4])
    func `they are taken home whole`(container: Container) async throws {
        let torn = try await Self.folder(container)
        let whole = try await RecordedFolder()
        for number in 0..<3 {
            try whole.record(
                "cam_20260101_00000\(number).\(container.fileExtension)", container, seconds: 4,
                from: Int64(5 + 4 * number))
        }
        let export = "/api/v1/recordings/cam/export?from=0&to=12"
        let (found, wanted) = (try await torn.get(export), try await whole.get(export))
        #expect(found.status == 200 && !found.octets.isEmpty)
        #expect(
            DownloadTests.fragments(found.octets).numbers.count
                >= DownloadTests.fragments(wanted.octets).numbers.count - 3)
        let last = try #require(DownloadTests.fragments(wanted.octets).times.last)
        #expect(DownloadTests.fragments(found.octets).times.last == last)
        let cut = try await torn.get("/api/v1/recordings/cam/export?from=5&to=7")
        #expect(cut.status == 200 && !cut.octets.isEmpty)
    }
}
