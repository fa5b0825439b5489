import Glibc
import Muxer
import Testing

@testable import Recording

/// A part listed long ago is found in the index without reading the whole of it for every call.
@Suite(.timeLimit(.minutes(1))) struct PartMarksTests {
    private static let file = "cam_20260101_000000.ts"

    private static func parts(of octets: [UInt8]) throws -> [IndexedPart] {
        var reader = try IndexReader(octets.span.bytes)
        return reader.readParts()
    }

    private static func index(of path: String) throws -> [UInt8] {
        let index = try #require(OpenRecording(path + ".index"))
        return try index.read(at: 0, count: Int(index.byteCount))
    }

    /// Overwrites octets, as if nothing had been.
    private static func damage(_ path: String, from offset: Int, count: Int) throws {
        let descriptor = open(path, O_WRONLY)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        var status = stat()
        #expect(fstat(descriptor, &status) == 0)
        #expect(pwrite(descriptor, [UInt8](repeating: 0, count: count), count, off_t(offset)) > 0)
        #expect(futimens(descriptor, [status.st_atim, status.st_mtim]) == 0)
    }

    @Test func `every part is found by its offset, behind the three before it, and nothing else`()
        async throws
    {
        let folder = try await RecordedFolder()
        try folder.record(Self.file, .mpegts, seconds: 60)
        let path = folder.path + "/" + Self.file
        let all = try Self.parts(of: try Self.index(of: path))
        #expect(all.count > 200)
        let marks = KeptMarks()
        for (place, part) in all.enumerated() {
            let found = marks.parts(of: path, upTo: part.offset, isGrowing: false)
            #expect(found == Array(all[max(place - 3, 0)...place]))
            #expect(marks.parts(of: path, upTo: part.offset + 1, isGrowing: false).isEmpty)
        }
        #expect(marks.parts(of: path, upTo: .max, isGrowing: false).isEmpty)
        #expect(marks.parts(of: path + ".none", upTo: 0, isGrowing: false).isEmpty)
    }

    @Test func `an index that has been read is not read whole again`() async throws {
        let folder = try await RecordedFolder()
        try folder.record(Self.file, .mpegts, seconds: 60)
        let path = folder.path + "/" + Self.file
        let octets = try Self.index(of: path)
        let (first, last) = try #require(try Self.ends(of: octets))
        let catalog = RecordingCatalog(folder.recordings)
        let file = try #require(try await catalog.file(Self.file))
        #expect(try await catalog.parts(of: file, upTo: first.offset + 1).isEmpty)
        try Self.damage(path + ".index", from: 0, count: octets.count / 4)
        #expect(try await catalog.parts(of: file, upTo: last.offset).last == last)
        #expect(try await catalog.parts(of: file, upTo: first.offset).isEmpty, "that is damaged")
    }

    private static func ends(of octets: [UInt8]) throws -> (IndexedPart, IndexedPart)? {
        let all = try parts(of: octets)
        guard let first = all.first, let last = all.last else { return nil }
        return (first, last)
    }

    @Test func `of an index that grows what has come is read, and of one that is another all`()
        async throws
    {
        let folder = try await RecordedFolder()
        let path = folder.path + "/" + Self.file
        let chunk = try RecordedFolder.chunk(.mpegts, seconds: 60)
        let octets = chunk.index
        let header = try IndexReader(octets.span.bytes).byteCount
        try folder.write(chunk.bytes, to: Self.file)
        let all = try Self.parts(of: octets)
        let marks = KeptMarks()
        for count in stride(from: header, through: octets.count, by: 97) {
            try folder.write(Array(octets[..<count]), to: Self.file + ".index")
            let known = try Self.parts(of: Array(octets[..<count]))
            let newest = known.last?.offset ?? 0
            let found = marks.parts(of: path, upTo: newest, isGrowing: true)
            #expect(found == Array(known.suffix(4)))
        }
        try folder.record(Self.file, .mpegts, seconds: 2)
        let other = try Self.parts(of: try Self.index(of: path))
        let last = try #require(other.last)
        #expect(marks.parts(of: path, upTo: last.offset, isGrowing: false).last == last)
        #expect(all.count > other.count)
    }

    @Test func `the marks of so many files are kept`() async throws {
        let folder = try await RecordedFolder()
        let marks = KeptMarks()
        for number in 0...KeptMarks.limit {
            let file = "cam\(number)_20260101_000000.ts"
            try folder.record(file, .mpegts, seconds: 1)
            _ = marks.parts(of: folder.path + "/" + file, upTo: 0, isGrowing: false)
        }
        #expect(marks.count == KeptMarks.limit)
    }
}
