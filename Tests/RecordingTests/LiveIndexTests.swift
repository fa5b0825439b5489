import Muxer
import Testing
import Timing

@testable import Recording

/// The list of a growing file's parts: bounded, and told to those who wait.
@Suite struct LiveIndexTests {
    /// Parts of 200 ms and 1000 octets, one in five with a key frame.
    private static func part(_ number: Int) -> IndexedPart {
        IndexedPart(
            offset: UInt64(number) * 1000, byteCount: 1000,
            start: .milliseconds(Int64(number) * 200), duration: .milliseconds(200),
            isIndependent: number % 5 == 0)
    }

    @Test func `a day of parts stays small, and every octet of it can be found`() {
        let live = LiveIndex.empty()
        let count = 24 * 3600 * 5
        for number in 0..<count {
            live.wrote(
                FileChunk(bytes: [], parts: [Self.part(number)]),
                byteCount: UInt64(number + 1) * 1000)
        }
        let snapshot = live.snapshot
        #expect(snapshot.partCount == count)
        #expect(snapshot.parts.count <= LiveIndex.partLimit)
        #expect(snapshot.parts.last == Self.part(count - 1))
        #expect(snapshot.parts.first == Self.part(snapshot.firstPart))
        #expect(snapshot.spans.count == 24 * 3600 / 2)
        var end: UInt64 = 0
        for span in snapshot.spans {
            #expect(span.offset == end && span.isIndependent)
            end += UInt64(span.byteCount)
        }
        #expect(end == UInt64(count) * 1000)
        let octets =
            MemoryLayout<IndexedPart>.stride * (snapshot.parts.count + snapshot.spans.count)
        #expect(octets < 3_000_000)
    }

    @Test func `spans become fewer and longer where there would be too many`() {
        var snapshot = LiveIndex.Snapshot()
        for number in 0..<(LiveIndex.spanLimit + 10) {
            snapshot.append(
                IndexedPart(
                    offset: UInt64(number), byteCount: 1, start: .seconds(Int64(number) * 2),
                    duration: .seconds(2), isIndependent: true))
        }
        #expect(snapshot.spans.count == LiveIndex.spanLimit / 2 + 10)
        #expect(snapshot.spans[0].duration == .seconds(4) && snapshot.spans[0].byteCount == 2)
        #expect(snapshot.spans[1].offset == 2)
    }

    @Test func `a recording counts its spans as who lists them does`() {
        var (snapshot, count) = (LiveIndex.Snapshot(), SpanCount())
        var random = SystemRandomNumberGenerator()
        var start = Interval.zero
        for number in 0..<5000 {
            let part = IndexedPart(
                offset: UInt64(number), byteCount: number % 500 == 0 ? .max / 2 : 1, start: start,
                duration: .milliseconds(Int64.random(in: 0...900, using: &random)),
                isIndependent: Bool.random(using: &random))
            start = start + part.duration
            snapshot.append(part)
            count.append(part)
            #expect(count.value == snapshot.spans.count)
        }
    }

    @Test func `a source without key frames has spans that can be read at once`() throws {
        var file = RecordedFile(
            file: "cam_20260101_000000.ts", name: "cam", stamp: "20260101_000000",
            index: LiveIndex.Snapshot())
        for number in 0..<3600 {
            file.index.append(
                IndexedPart(
                    offset: UInt64(number) * 200_000, byteCount: 200_000,
                    start: .milliseconds(Int64(number) * 200), duration: .milliseconds(200),
                    isIndependent: number == 0 || number == 1000))
        }
        let spans = file.index.spans
        #expect(spans.count == 22 && spans.allSatisfy { $0.byteCount <= LiveIndex.spanByteLimit })
        #expect(spans.filter(\.isIndependent).map(\.offset) == [0, 200_000_000])
        #expect(zip(spans, spans.dropFirst()).allSatisfy { $0.end == $1.offset })
        // Where decoding can begin for the last picture, and for one before the second key frame.
        let entries = [720, 150].map { file.entry(at: $0 * 1_000_000_000) }
        #expect(try entries.map { spans[try #require($0)].offset } == [200_000_000, 0])
    }

    /// The spans of so many parts of 200 ms, of which these begin with a key frame.
    private static func spans(of count: Int, _ isIndependent: (Int) -> Bool) -> [IndexedPart] {
        var snapshot = LiveIndex.Snapshot()
        for number in 0..<count {
            snapshot.append(
                IndexedPart(
                    offset: UInt64(number) * 2000, byteCount: 2000,
                    start: .milliseconds(Int64(number) * 200), duration: .milliseconds(200),
                    isIndependent: isIndependent(number)))
        }
        return snapshot.spans
    }

    @Test func `where pictures end and sound goes on, spans stay as short as players can wait for`()
    {
        let spans = Self.spans(of: 4500) { $0 < 100 && $0 % 10 == 0 }
        #expect(spans.count == 10 + 10)
        #expect(spans[9].duration == .seconds(300), "the last pictures' goes on with sound")
        #expect(spans[10...].allSatisfy { $0.duration <= .seconds(60) && !$0.isIndependent })
        #expect(zip(spans, spans.dropFirst()).allSatisfy { $0.end == $1.offset })
    }

    @Test func `a span goes on from key frame to key frame where a camera sends few`() {
        let spans = Self.spans(of: 1800) { $0 % 600 == 0 }
        #expect(spans.map(\.duration) == [.seconds(120), .seconds(120), .seconds(120)])
        #expect(spans.allSatisfy { $0.isIndependent })
    }

    @Test func `a key frame shortly behind a cut begins a span all the same`() {
        let spans = Self.spans(of: 3100) { $0 % 1501 == 0 }
        #expect(spans.map(\.isIndependent) == [true, false, true, false, true])
        #expect(spans[1].duration == .milliseconds(200))
    }

    @Test func `who waits is told of the next part, and of the end`() async {
        let live = LiveIndex.empty()
        async let first = live.next(after: 0, within: .seconds(60))
        await live.current.waiters(1)
        live.wrote(FileChunk(bytes: [], parts: [Self.part(0)]), byteCount: 1000)
        #expect(await first.partCount == 1)
        async let second = live.next(after: 1, within: .seconds(60))
        await live.current.waiters(1)
        live.finished(byteCount: 1000)
        #expect(await second.isFinished)
        #expect(await live.next(after: 9, within: .seconds(60)).isFinished, "no more comes")
    }

    @Test func `who waits in vain gets what there is`() async {
        let live = LiveIndex.empty()
        #expect(await live.next(after: 0, within: .milliseconds(1)).partCount == 0)
    }
}
