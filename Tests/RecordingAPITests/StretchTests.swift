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
            for (place, first) in file.index.spans.enumerated() {
                let cut = Stretch(file, from: first, to: file.index.spans[(place + 1)...].first)
                #expect(cut.map { $0.duration >= 0 && $0.start >= 0 } ?? true)
                #expect(cut?.segments(of: file)?.allSatisfy { $0.duration >= .zero } ?? true)
            }
        }
        #expect(files.map { FileSummary($0) }.place(at: .max)?.time == forged.duration)
        #expect(forged.segment(at: .max) != nil)
        let many = [FileSummary](repeating: FileSummary(forged), count: 20_000)
        #expect(many.duration == 1 << 61 && many.place(at: .max) != nil, "more than there can be")
    }

    /// The part of a segment that begins so many nanoseconds of so many octets in it.
    private static func part(_ segment: IndexedPart, _ nanoseconds: Int64, _ octets: UInt64)
        -> IndexedPart
    {
        var part = segment
        part.offset += octets
        part.start = part.start + Interval(nanoseconds: nanoseconds)
        return part
    }

    @Test func `a stretch has of its first and last segments what lies in it`() throws {
        let second = Int64(1_000_000_000)
        let file = Self.file((0..<5).map { (Int64($0) * second * 2, second * 2) })
        let spans = file.index.spans
        let (first, end) = (Self.part(spans[1], second, 600), Self.part(spans[3], second, 400))
        let stretch = try #require(Stretch(file, from: first, to: end))
        #expect(stretch.octets == 1600..<3400)
        #expect((stretch.start, stretch.duration) == (3 * second, 4 * second))
        let segments = try #require(stretch.segments(of: file))
        #expect(segments.map(\.offset) == [1600, 2000, 3000])
        #expect(segments.map(\.byteCount) == [400, 1000, 400])
        #expect(segments.map(\.start.nanoseconds) == [3 * second, 4 * second, 6 * second])
        #expect(segments.map(\.duration.nanoseconds) == [second, 2 * second, second])
        let inOne = try #require(Stretch(file, from: first, to: Self.part(first, second / 2, 100)))
        #expect(inOne.segments(of: file)?.map(\.byteCount) == [100])
        #expect(inOne.segments(of: file)?.map(\.duration.nanoseconds) == [second / 2])
        #expect(Stretch(file, from: first, to: nil)?.duration == 7 * second)
        #expect(Stretch(file, from: first, to: first) == nil)
        #expect(Stretch(FileSummary(file)).segments(of: file) == spans)
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
