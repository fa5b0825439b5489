import Muxer
import Testing
import Timing
import Wire

@testable import Recording
@testable import RecordingAPI

/// Where exports begin and end: at key frames, of which a segment may hold several.
@Suite(.timeLimit(.minutes(1))) struct ExportRangeTests {
    struct Row: CustomTestStringConvertible {
        let range: String
        /// Seconds of key frames.
        let seconds: Range<Int>
        var testDescription: String { range }
    }

    static let rows = [
        Row(range: "from=3.4&to=5.2", seconds: 3..<6), Row(range: "from=3&to=5", seconds: 3..<5),
        Row(range: "from=2.9&to=3.05", seconds: 2..<4),
        Row(range: "from=7.5&to=7.6", seconds: 7..<8), Row(range: "to=0.5", seconds: 0..<1),
        Row(range: "from=38.5", seconds: 38..<40), Row(range: "from=39&to=39.5", seconds: 39..<40),
        Row(range: "from=36.7&to=38.2", seconds: 36..<39), Row(range: "to=50", seconds: 0..<40),
    ]

    /// Which pictures `RecordedFolder` has numbered so are in these octets, but for key frames.
    private static func pictures(in octets: [UInt8], behind end: [UInt8]) -> [Int] {
        octets.indices.dropLast(end.count + 1).filter { place in
            octets[place] == 0x41 && octets[(place + 2)...].starts(with: end)
        }.map { Int(octets[$0 + 1]) - 1 }
    }

    /// Ten a second, of which the first is a key frame; numbers of so many begin anew.
    private static func numbers(_ seconds: Range<Int>, modulo count: Int) -> [Int] {
        (seconds.lowerBound * 10..<seconds.upperBound * 10).filter { $0 % 10 > 0 }
            .map { $0 % count }
    }

    @Test(arguments: [Container.mpegts, .fmp4, .mp4, .webm], rows)
    func `an export begins with the last key frame before, and ends with the first behind`(
        container: Container, row: Row
    ) async throws {
        let folder = try await RecordedFolder()
        let isWebM = container == .webm
        try folder.record(
            "cam_20260101_000000.\(container.fileExtension)", container,
            isWebM ? .vp8(nil) : RecordedFolder.h264, seconds: 40,
            key: isWebM ? RecordedFolder.vp8 : [])
        let answer = try await folder.get("/api/v1/recordings/cam/export?" + row.range)
        #expect(answer.status == 200, "\(answer.detail)")
        let found = Self.pictures(in: answer.octets, behind: [3, 4, 5, 6, 7, 8, 9])
        #expect(found == Self.numbers(row.seconds, modulo: 255))
    }

    @Test(arguments: [Container.mpegts, .fmp4, .mp4])
    func `it does so of a file that grows, and of that file when it is whole`(
        container: Container
    ) async throws {
        let folder = try await RecordedFolder()
        let growing = try await GrowingRecording("cam", in: folder, container)
        try await growing.record(pictures: 120)
        func check(_ range: String, _ seconds: Range<Int>) async throws {
            let answer = try await folder.get("/api/v1/recordings/cam/export?" + range)
            let found = Self.pictures(in: answer.octets, behind: [3, 4, 5, 6, 7, 8])
            #expect(found == Self.numbers(seconds, modulo: 200), "\(range)")
        }
        try await check("from=3.4&to=5.2", 3..<6)
        try await check("from=5&to=6.5", 5..<7)
        await growing.leave()
        try await check("from=3.4&to=5.2", 3..<6)
        try await check("from=9.9&to=10.1", 9..<11)
        try await check("from=11.5", 11..<12)
    }

    @Test(arguments: [Container.mpegts, .fmp4])
    func `a source that sends one key frame is exported from there, and to the end`(
        container: Container
    ) async throws {
        let folder = try await RecordedFolder()
        try folder.record(
            "cam_20260101_000000.\(container.fileExtension)", container, seconds: 30,
            keyframeEvery: .max)
        let answer = try await folder.get("/api/v1/recordings/cam/export?from=12&to=13")
        let found = Self.pictures(in: answer.octets, behind: [3, 4, 5, 6, 7, 8, 9])
        #expect(found == Array(1..<255) + Array(0..<45))
    }

    @Test func `key frames are found in a file that is known by its index alone`() async throws {
        let folder = try await RecordedFolder()
        let name = "cam_20260101_000000.ts"
        try folder.record(name, .mpegts, seconds: 60)
        let catalog = RecordingCatalog(folder.recordings)
        let file = try #require(try await catalog.file(name))
        #expect(file.index.parts.count == 100, "of finished files the last are kept")
        for tenth in stride(from: Int64(0), to: 600, by: 7) {
            let time = tenth * 100_000_000
            let (before, behind) = (
                try await catalog.keyframe(of: file, atOrBefore: time),
                try await catalog.keyframe(of: file, atOrBehind: time)
            )
            func tenths(_ part: IndexedPart?) -> Int64? {
                part.map { ($0.start.nanoseconds - file.start) / 100_000_000 }
            }
            #expect(tenths(before) == tenth / 10 * 10, "\(tenth)")
            let next = tenth > 590 ? nil : (tenth + 9) / 10 * 10
            #expect(tenths(behind) == next, "\(tenth)")
        }
    }
}
