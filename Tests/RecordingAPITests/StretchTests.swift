import Muxer
import Testing
import Timing

@testable import Recording
@testable import RecordingAPI

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
        #expect(files.stretches().allSatisfy { $0.duration >= 0 })
        #expect(files.map { FileSummary($0) }.place(at: .max)?.time == forged.duration)
        _ = files.stretches(from: 1 << 49, to: .max)
        #expect(forged.segment(at: .max) != nil)
    }

    @Test func `stretches go from key frame to key frame over files`() {
        let second = Int64(1_000_000_000)
        let file = Self.file((0..<5).map { (Int64($0) * second * 2, second * 2) })
        let found = [file, file].stretches(from: 3 * second, to: 15 * second)
        #expect(found.map(\.segments.count) == [4, 3])
        #expect(found.map(\.duration) == [8 * second, 6 * second])
    }
}
