import Muxer
import Testing
import Timing

@testable import Recording
@testable import RecordingAPI

/// What of a file is taken home.
@Suite struct StretchTests {
    /// A file with parts of these starts and durations, in nanoseconds.
    private static func file(_ parts: [(start: Int64, duration: Int64)]) -> RecordedFile {
        var index = LiveIndex.Snapshot()
        index.spans = parts.enumerated().map { number, part in
            IndexedPart(
                offset: UInt64(number) * 1000, byteCount: 1000,
                start: Interval(nanoseconds: part.start),
                duration: Interval(nanoseconds: part.duration), isIndependent: true)
        }
        return RecordedFile(file: "a.ts", name: "a", stamp: "20260101_000000", index: index)
    }

    @Test func `what an index forges ends within days, and begins no later than it ends`() {
        let far = Int64(1) << 61
        let forged = Self.file([(-far, 1), (far, far / 2)])
        let backwards = Self.file([(far, 1), (-far, 1)])
        let files = [forged, backwards, forged, backwards, forged]
        #expect(files.allSatisfy { (0...1 << 50).contains($0.duration) })
        for file in files {
            let cut = Stretch(file, from: 1 << 49, to: .max)
            #expect(cut.map { $0.duration >= 0 && $0.start >= 0 } ?? true)
        }
        #expect(files.map { FileSummary($0) }.place(at: .max)?.time == forged.duration)
        #expect(forged.segment(at: .max) != nil)
        let many = [FileSummary](repeating: FileSummary(forged), count: 20_000)
        #expect(many.duration == 1 << 61 && many.place(at: .max) != nil, "more than there can be")
    }

    @Test func `stretches go from key frame to key frame over files`() {
        let second = Int64(1_000_000_000)
        let file = Self.file((0..<5).map { (Int64($0) * second * 2, second * 2) })
        let (first, last) = (
            Stretch(file, from: 3 * second, to: 10 * second), Stretch(file, from: 0, to: 5 * second)
        )
        #expect([first, last].map { $0?.segments(of: file)?.count } == [4, 3])
        #expect([first, last].map { $0?.start } == [2 * second, 0])
        #expect([first, last].map { $0?.duration } == [8 * second, 6 * second])
        #expect(Stretch(FileSummary(file)).segments(of: file)?.count == 5)
    }

    @Test func `of a file that grows the last segment stays what it was`() throws {
        let second = Int64(1_000_000_000)
        let before = Self.file([(0, second * 2), (second * 2, second)])
        var after = Self.file([(0, second * 2), (second * 2, second * 2), (second * 4, second)])
        after.index.spans[1].byteCount = 5000
        let stretch = Stretch(FileSummary(before))
        let segments = try #require(stretch.segments(of: after))
        #expect(segments == before.index.spans)
        after.index.spans.removeFirst()
        #expect(stretch.segments(of: after) == nil, "it is another file by now")
    }
}
