import Testing

@testable import RecordingAPI

/// The numbers that a recording's segments are listed under (RFC 8216 §6.2.2).
@Suite struct SegmentNumbersTests {
    private static func files(_ counts: KeyValuePairs<String, Int>) -> [SegmentNumbers.File] {
        counts.map { .init(file: $0.key, segmentCount: $0.value) }
    }

    private static func place(_ files: Int, _ segments: Int) -> SegmentNumbers.Place {
        .init(files: files, segments: segments)
    }

    @Test func `files that are deleted from the beginning count, all others keep their numbers`() {
        var numbers = SegmentNumbers()
        #expect(numbers.take(Self.files(["a": 3, "b": 4]), view: 1) == Self.place(0, 0))
        #expect(numbers.take(Self.files(["b": 9, "c": 1]), view: 2) == Self.place(1, 3))
        #expect(numbers.take(Self.files(["c": 5]), view: 3) == Self.place(2, 12))
    }

    @Test func `an older view that comes later is numbered alike, and deletes nothing`() {
        var numbers = SegmentNumbers()
        let newest = Self.files(["a": 3, "b": 4, "c": 1])
        #expect(numbers.take(Self.files(["a": 3]), view: 1) == Self.place(0, 0))
        #expect(numbers.take(newest, view: 3) == Self.place(0, 0))
        #expect(numbers.take(Self.files(["a": 3, "b": 2]), view: 2) == Self.place(0, 0))
        #expect(numbers.take(newest, view: 4) == Self.place(0, 0), "c was never gone")
    }

    @Test func `a view from before a deletion counts what it still has`() {
        var numbers = SegmentNumbers()
        let before = Self.files(["a": 3, "b": 4, "c": 1])
        #expect(numbers.take(before, view: 1) == Self.place(0, 0))
        #expect(numbers.take(Self.files(["b": 4, "c": 2]), view: 3) == Self.place(1, 3))
        #expect(numbers.take(before, view: 2) == Self.place(0, 0))
        #expect(numbers.take(Self.files(["b": 4, "c": 3]), view: 4) == Self.place(1, 3))
    }

    @Test func `a file deleted from the middle moves none behind it`() {
        var numbers = SegmentNumbers()
        #expect(numbers.take(Self.files(["a": 3, "b": 4, "c": 5]), view: 1) == Self.place(0, 0))
        let left = numbers.take(Self.files(["a": 3, "c": 6]), view: 2)
        #expect(left == Self.place(1, 4), "c still begins with number 7")
    }

    @Test func `no number is given twice`() {
        var numbers = SegmentNumbers()
        #expect(numbers.take(Self.files(["a": 3, "b": 4]), view: 1) == Self.place(0, 0))
        #expect(numbers.take(Self.files(["a": 3, "c": 2]), view: 2) == Self.place(1, 4))
        #expect(numbers.take(Self.files(["d": 1]), view: 3) == Self.place(3, 9), "all are gone")
    }
}
