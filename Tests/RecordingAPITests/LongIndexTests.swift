import Glibc
@_spi(Testing) import Muxer
import Testing

@testable import Recording
@testable import RecordingAPI

/// Indexes that are read piece by piece, and as they are where they say that they are whole.
@Suite(.timeLimit(.minutes(1))) struct LongIndexTests {
    /// A file of so many seconds, whose index is longer than a piece, and its parts.
    private static func record(
        _ container: Container, seconds: Int = 900, isClosed: Bool, in folder: RecordedFolder
    ) throws -> (path: String, file: String, index: [UInt8], parts: [IndexedPart]) {
        let file = "cam_20260101_000000." + container.fileExtension
        let isWebM = container == .webm
        let chunk = try RecordedFolder.chunk(
            container, isWebM ? .vp8(nil) : RecordedFolder.h264, seconds: seconds,
            key: isWebM ? RecordedFolder.vp8 : [])
        try folder.write(chunk.bytes, to: file)
        try folder.write(chunk.index + (isClosed ? ClosingMark.bytes : []), to: file + ".index")
        return (folder.path + "/" + file, file, chunk.index, chunk.parts)
    }

    private static func spans(of parts: [IndexedPart]) -> [IndexedPart] {
        var snapshot = LiveIndex.Snapshot()
        for part in parts { snapshot.append(part) }
        return snapshot.spans
    }

    @Test(arguments: Container.allCases, [true, false])
    func `all of an index is read, whole or not yet`(container: Container, isClosed: Bool)
        async throws
    {
        let folder = try await RecordedFolder()
        let made = try Self.record(container, isClosed: isClosed, in: folder)
        #expect(made.index.count > 2 * 65_536)
        let stored = try #require(StoredIndex(of: made.path))
        #expect(stored.snapshot.spans == Self.spans(of: made.parts))
        #expect(stored.snapshot.partCount == made.parts.count)
        #expect(stored.snapshot.parts == Array(made.parts.suffix(100)))
        #expect((stored.tag == nil) == isClosed)
        let sidecar = try #require(OpenRecording(made.path + ".index"))
        var pieces = try #require(IndexPieces(sidecar))
        var (found, positions) = ([IndexedPart](), [UInt64]())
        pieces.forEachPart { part, position in
            found.append(part)
            positions.append(position)
            return true
        }
        #expect(found == made.parts && pieces.end == UInt64(made.index.count))
        #expect(positions == positions.sorted() && Set(positions).count == found.count)
    }

    @Test(arguments: [Container.mpegts, .fmp4, .mp4])
    func `what a disk has spoilt since it was marked is mended, wherever it is`(
        container: Container
    ) async throws {
        let folder = try await RecordedFolder()
        let made = try Self.record(container, seconds: 20, isClosed: true, in: folder)
        let marked = made.index + ClosingMark.bytes
        let first = try IndexReader(made.index.span.bytes).byteCount
        let end = try #require(made.parts.last).end
        let sidecar = try #require(OpenRecording(made.path + ".index"))
        var pieces = try #require(IndexPieces(sidecar))
        var last = 0
        pieces.forEachPart { _, position in
            last = Int(position)
            return true
        }
        for place in stride(from: first, to: last - 24, by: 41) {
            var index = marked
            for octet in place..<place + 24 { index[octet] = 0xAA }
            try folder.write(index, to: made.file + ".index")
            let spans = try #require(StoredIndex(of: made.path)).snapshot.spans
            #expect(spans.last?.end == end, "\(place)")
            #expect(zip(spans, spans.dropFirst()).allSatisfy { $0.end == $1.offset })
        }
    }

    @Test func `parts that the file has not are not listed, whatever a mark says`() async throws {
        let folder = try await RecordedFolder()
        let made = try Self.record(.mpegts, seconds: 20, isClosed: true, in: folder)
        #expect(truncate(made.path, off_t(made.parts[60].end)) == 0)
        let stored = try #require(StoredIndex(of: made.path))
        #expect(stored.snapshot.spans == Self.spans(of: Array(made.parts[...60])))
    }

    @Test func `a record longer than a piece is read too`() async throws {
        let folder = try await RecordedFolder()
        let chunk = try RecordedFolder.chunk(.mpegts, seconds: 2)
        let header = try IndexReader(chunk.index.span.bytes).byteCount
        var content = Array(chunk.index[(header + 4)..<(header + 4 + 29)])
        content += [UInt8](repeating: 7, count: 100_000)
        let index = chunk.index[..<header] + IndexWriter.sealed(content)
        try folder.write(Array(index), to: "a.index")
        let sidecar = try #require(OpenRecording(folder.path + "/a.index"))
        var pieces = try #require(IndexPieces(sidecar))
        var found: [IndexedPart] = []
        pieces.forEachPart { part, _ in
            found.append(part)
            return true
        }
        #expect(found == [chunk.parts[0]] && pieces.end == UInt64(index.count))
    }
}
