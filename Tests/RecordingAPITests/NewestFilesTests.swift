import Muxer
import Testing

@testable import Recording

/// The files that a playlist lists, read many at once.
@Suite(.timeLimit(.minutes(1))) struct NewestFilesTests {
    private static func name(_ number: Int) -> String { "cam_20260101_\(100_000 + number).ts" }

    @Test func `they are the same as one by one, read again where they have changed`() async throws
    {
        let folder = try await RecordedFolder()
        let catalog = RecordingCatalog(folder.recordings)
        for number in 0..<300 {
            try folder.record(Self.name(number), .mpegts, seconds: 2, isClosed: number != 7)
        }
        try folder.write([1], to: Self.name(300))
        for _ in 0..<2 {
            let entries = try await catalog.entries(of: "cam")
            let files = try await catalog.newest(of: entries, segmentLimit: 1000)
            #expect(files.map(\.file) == (0..<300).map(Self.name))
            for file in files.prefix(10) {
                let alone = try await catalog.file(file.file)
                #expect(alone?.index.spans == file.index.spans && alone?.stamp == file.stamp)
            }
        }
        try folder.record(Self.name(7), .mpegts, seconds: 6, isClosed: false)
        let entries = try await catalog.entries(of: "cam")
        let files = try await catalog.newest(of: entries, segmentLimit: 1000)
        #expect(files[7].index.spans.count == 3 && files[8].index.spans.count == 1)
    }

    @Test(arguments: [0, 1, 5, 200, 299, 300, 301])
    func `as many are listed as have so many segments, and one at least`(limit: Int) async throws {
        let folder = try await RecordedFolder()
        let catalog = RecordingCatalog(folder.recordings)
        for number in 0..<300 { try folder.record(Self.name(number), .mpegts, seconds: 2) }
        let entries = try await catalog.entries(of: "cam")
        let files = try await catalog.newest(of: entries, segmentLimit: limit)
        let count = min(max(limit, 1), 300)
        #expect(files.map(\.file) == (300 - count..<300).map(Self.name))
    }

    @Test func `one that grows is listed as it stands, and one that is gone not at all`()
        async throws
    {
        let folder = try await RecordedFolder()
        let catalog = RecordingCatalog(folder.recordings)
        try folder.record(Self.name(0), .mpegts, seconds: 2)
        try folder.record(Self.name(1), .mpegts, seconds: 2, isClosed: false)
        let growing = try await GrowingRecording("cam", in: folder)
        try await growing.record(pictures: 45)
        var entries = try await catalog.entries(of: "cam")
        let files = try await catalog.newest(of: entries, segmentLimit: 1000)
        #expect(files.map(\.index.isFinished) == [true, true, false])
        #expect(files.last?.index.spans.count == 3)
        folder.delete(Self.name(1))
        let again = try await catalog.newest(of: entries, segmentLimit: 1000)
        #expect(again.count == 2, "its index may have changed, and is no more")
        entries = try await catalog.entries(of: "cam")
        #expect(entries.count == 2)
        await growing.leave()
    }

    @Test func `what is kept costs what it holds, also where it is read again or forgotten`() {
        var kept = KeptFiles()
        func file(_ number: Int, spans: Int) -> RecordedFile {
            var index = LiveIndex.Snapshot()
            let part = IndexedPart(
                offset: 0, byteCount: 1, start: .zero, duration: .seconds(2), isIndependent: true)
            index.spans = Array(repeating: part, count: spans)
            return RecordedFile(file: "\(number)", name: "cam", stamp: "", index: index)
        }
        for _ in 0..<50 { kept.keep(file(0, spans: 200_000), tag: nil) }
        kept.keep(file(1, spans: 40_000), tag: nil)
        #expect(kept.use("0") != nil && kept.use("1") != nil)
        kept.forget("0")
        for number in 2..<7 { kept.keep(file(number, spans: 40_000), tag: nil) }
        #expect((1..<7).allSatisfy { kept.use("\($0)") != nil })
        kept.keep(file(7, spans: 40_000), tag: nil)
        #expect(kept.use("1") == nil && kept.use("7") != nil)
    }
}
