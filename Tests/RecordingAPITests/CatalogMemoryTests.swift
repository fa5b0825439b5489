import Muxer
import Testing
import Web

@testable import Recording
@testable import RecordingAPI

/// What a catalog remembers of files, and what it forgets.
@Suite(.timeLimit(.minutes(1))) struct CatalogMemoryTests {
    @Test func `a list reads no index twice, and keeps no parts`() async throws {
        let folder = try await RecordedFolder()
        let catalog = RecordingCatalog(folder.recordings)
        for second in 0..<3 {
            try folder.record("cam_20260101_00000\(second).ts", .mpegts, seconds: 4)
        }
        let first = try await catalog.summaries(of: "cam")
        for second in 0..<3 { try folder.write([], to: "cam_20260101_00000\(second).ts.index") }
        let again = try await catalog.summaries(of: "cam")
        #expect(first.count == 3 && again.map(\.file) == first.map(\.file))
        #expect(again.map(\.duration) == first.map(\.duration))
        #expect(again.allSatisfy { $0.header?.formats.count == 1 && $0.hasParts })
        // Their parts would have to be read now.
        #expect(try await catalog.file("cam_20260101_000000.ts") == nil)
        #expect(try await catalog.summaries(of: "cam", file: first[2].file).count == 1)
    }

    @Test(arguments: Container.allCases)
    func `what is listed is at an index's ends, and the same as in all of it`(
        container: Container
    ) async throws {
        let folder = try await RecordedFolder()
        let catalog = RecordingCatalog(folder.recordings)
        let isWebM = container == .webm
        let file = "cam_20260101_000000." + container.fileExtension
        let chunk = try RecordedFolder.chunk(
            container, isWebM ? .vp8(nil) : RecordedFolder.h264, seconds: 200,
            key: isWebM ? RecordedFolder.vp8 : [])
        try folder.write(chunk.bytes, to: file)
        try folder.write(chunk.index + ClosingMark.bytes, to: file + ".index")
        let whole = FileSummary(try #require(try await catalog.file(file)))
        // What lies between is not even looked at.
        var hollow = chunk.index + ClosingMark.bytes
        try #require(hollow.count > 40_000)
        for place in 16_384..<hollow.count - 16_384 { hollow[place] = 0xFF }
        try folder.write(hollow, to: file + ".index")
        let listed = try #require(try await catalog.summaries(of: "cam").first)
        #expect(listed.start == whole.start && listed.duration == whole.duration)
        #expect(listed.byteCount == whole.byteCount && listed.header == whole.header)
        #expect(listed.hasParts && !listed.isGrowing && whole.duration == 200_000_000_000)
    }

    @Test(arguments: [0, 1, 7, 12, 40, 400])
    func `where its ends do not say it, an index is read whole`(missing: Int) async throws {
        let folder = try await RecordedFolder()
        let catalog = RecordingCatalog(folder.recordings)
        let file = "cam_20260101_000000.ts"
        let octets = try folder.record(file, .mpegts, seconds: 20)
        // A file that somebody has cut: its last parts are not in it.
        try folder.write(Array(octets.dropLast(missing)), to: file)
        let whole = try #require(try await catalog.file(file)).duration
        let listed = try #require(try await catalog.summaries(of: "cam").first)
        #expect(listed.duration == whole)
        #expect((listed.duration < 20_000_000_000) == (missing > 0))
    }

    @Test func `what is listed of a file that may change is read again when it has`() async throws {
        let folder = try await RecordedFolder()
        let catalog = RecordingCatalog(folder.recordings)
        try folder.record("cam_20260101_000000.ts", .mpegts, seconds: 2, isClosed: false)
        let before = try #require(try await catalog.summaries(of: "cam").first)
        try folder.record("cam_20260101_000000.ts", .mpegts, seconds: 4)
        let after = try #require(try await catalog.summaries(of: "cam").first)
        #expect(before.duration < after.duration && before.byteCount < after.byteCount)
    }

    @Test func `files that are gone are forgotten, and one is kept by the share of its formats`() {
        var known = KnownSummaries()
        var listing = FolderListing()
        let files = (0..<600).map { "cam_20260101_\(100_000 + $0).ts" }
        for file in files {
            var index = LiveIndex.Snapshot()
            index.header = IndexHeader(container: .mpegts, formats: [RecordedFolder.h264])
            known.keep(
                FileSummary(RecordedFile(file: file, name: "cam", stamp: "", index: index)),
                tag: nil)
        }
        listing.take(files, changed: nil, at: 0)
        known.forget(notIn: listing)
        #expect(known.count == 600)
        listing.take(Array(files.suffix(10)), changed: nil, at: 0)
        known.forget(notIn: listing)
        #expect(known.count == 10 && known[files[599]] != nil && known[files[0]] == nil)
    }

    @Test func `a run's files are those from its first on, also when that is gone`() async throws {
        let folder = try await RecordedFolder()
        let catalog = RecordingCatalog(folder.recordings)
        let files = [
            "cam_20260101_000000.ts", "cam_20260101_000000_2.ts", "cam_20260103_000000.ts",
        ]
        for file in files { try folder.record(file, .mpegts) }
        func own(_ first: String) async throws -> [String] {
            try await catalog.entries(of: "cam", from: first).map(\.file)
        }
        #expect(try await own(files[0]) == files)
        #expect(try await own(files[1]) == Array(files[1...]))
        #expect(try await own("cam_20260102_000000.ts") == [files[2]])
        #expect(try await own("") == [])
    }

    struct Described: Decodable { let status: String }

    @Test func `a recording that was deleted is not found, whatever it came to`() async throws {
        let folder = try await RecordedFolder()
        let growing = try await GrowingRecording("cam", in: folder)
        try await growing.record(pictures: 25)
        await growing.leave()
        let empty = try await GrowingRecording("void", in: folder)
        await empty.leave()
        for (name, status) in [("cam", "completed"), ("void", "failed")] {
            let path = "/api/v1/recordings/" + name
            let before = try await folder.get(path)
            #expect(before.status == 200)
            #expect(try decodeJSON(Described.self, from: before.octets).status == status)
            #expect(try await folder.ask(.delete, path).status == 204)
            #expect(try await folder.get(path).status == 404)
            #expect(try await folder.ask(.delete, path).status == 404)
        }
    }

    @Test func `a recording whose files went by themselves is not found either`() async throws {
        let folder = try await RecordedFolder()
        let growing = try await GrowingRecording("cam", in: folder)
        try await growing.record(pictures: 25)
        let path = try #require(try growing.live.snapshot.path?.split(separator: "/").last)
        await growing.leave()
        #expect(try await folder.get("/api/v1/recordings/cam").status == 200)
        folder.delete(String(path))
        #expect(try await folder.get("/api/v1/recordings/cam").status == 404)
    }

    @Test(arguments: [Container.mpegts, .fmp4])
    func `what is yet to be taken home is held, and nothing longer`(container: Container)
        async throws
    {
        let folder = try await RecordedFolder()
        let claims = folder.recordings.home.claims
        let paths = (1...3).map { day in
            "cam_2026010\(day)_000000." + container.fileExtension
        }
        for file in paths { try folder.record(file, container, seconds: 4) }
        func held() -> [Bool] { paths.map { claims.isHeld(folder.path + "/" + $0) } }
        let response = await folder.endpoints.respond(
            to: HTTPRequest(
                method: .get, path: "/api/v1/recordings/cam/download", query: [], headers: [:],
                body: []))
        guard case .pieces(let pieces) = response.body else {
            return #expect(Bool(false), "it comes in pieces")
        }
        #expect(held() == [true, true, true])
        while held()[0], let piece = try await pieces.next() { #expect(!piece.isEmpty) }
        #expect(held() == [false, true, true])
        while let piece = try await pieces.next(), !piece.isEmpty {}
        #expect(held() == [false, false, false])
    }

    @Test func `who goes away before the end holds nothing`() async throws {
        let folder = try await RecordedFolder()
        for day in 1...2 { try folder.record("cam_2026010\(day)_000000.ts", .mpegts) }
        let catalog = RecordingCatalog(folder.recordings)
        let path = folder.path + "/cam_20260102_000000.ts"
        do {
            let files = ["cam_20260101_000000.ts", "cam_20260102_000000.ts"]
            let (one, other) = (catalog.hold(files), catalog.hold(files))
            one.finished("cam_20260102_000000.ts")
            one.finished("cam_20260102_000000.ts")
            #expect(folder.recordings.home.claims.isHeld(path), "the other one has not read it")
            other.finished("cam_20260103_000000.ts")
        }
        #expect(!folder.recordings.home.claims.isHeld(path))
    }
}
