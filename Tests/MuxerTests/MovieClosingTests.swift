import Codecs
import Testing
import Timing
import Wire

@testable import Muxer

/// A hybrid recording becomes a plain movie that holds exactly what the fragments held.
@Suite struct MovieClosingTests {
    @Test(arguments: 0..<40) func `the tables tell what the fragments told`(seed: Int) throws {
        var source = SyntheticStream(seed: UInt64(seed) + 1)
        let (samples, formats) = try RandomSequenceTests.sequence(&source)
        let file = try SegmentPartsTests.record(samples, formats, .mp4)
        let fragments = try #require(movieSamples(of: file.bytes))
        let (bytes, head) = try closed(file.bytes, index: file.index)
        #expect(head <= 512)
        let movie = try #require(PlainMovie(bytes))
        #expect(movie.topLevel == ["ftyp", "mdat", "moov"])
        let origin = try #require(IndexTests.read(file.index)).header.origin
        for (place, track) in movie.tracks.enumerated() {
            let told = fragments.filter { $0.track == track.samples[0].track }
            #expect(track.samples.map(\.payload) == told.map(\.payload))
            #expect(track.samples.map(\.isKeyframe) == told.map(\.isKeyframe))
            #expect(track.samples.map(\.compositionOffset) == told.map(\.compositionOffset))
            let first = told[0].decodeTicks
            #expect(track.samples.map(\.decodeTicks) == told.map { $0.decodeTicks - first })
            // What is shown when: the first sample, by the edits.
            let timescale = try MovieTrack(formats[place], index: 0).timescale
            let started = samples.drop { !$0.sample.isKeyframe || $0.sample.track != 0 }
            let shown = try #require(started.first { $0.sample.track == place })
            let elapsed = (shown.sample.presentationTime - origin).seconds
            var start = 0.0
            if track.edits.count == 2 {
                start = Double(track.edits[0].duration) / Double(movie.timescale)
                #expect(track.edits[0].mediaTime == -1)
            }
            let skipped = track.edits.last?.mediaTime ?? 0
            let offset = track.samples[0].compositionOffset - skipped
            start += Double(offset) / Double(timescale)
            #expect(abs(start - elapsed) < 0.0011)
        }
    }

    @Test
    func
        `before the write at its head the file is fragments still, and closing again changes nothing`()
        throws
    {
        let clip = Clip(keyframeSeconds: 1, audio: try aac(), seconds: 3)
        let file = try SegmentPartsTests.record(clip.samples(), clip.formats, .mp4)
        let told = movieSamples(of: file.bytes)
        let (half, _) = try closed(file.bytes, index: file.index, writingHead: false)
        #expect(half.starts(with: file.bytes))
        #expect(BoxTree.parse(half)?.last?.type == "moov")
        let (once, _) = try closed(file.bytes, index: file.index)
        let (twice, _) = try closed(once, index: file.index)
        #expect(once == twice)
        #expect(told?.isEmpty == false)
    }

    @Test func `a recording that ends with a picture ahead of its B-frames shows that one too`()
        throws
    {
        // I P B B P B B P: the last is shown when two that never came would have been.
        let order = [(0, 1), (1, 4), (2, 2), (3, 3), (4, 7), (5, 5), (6, 6), (7, 10)]
        var source = SyntheticStream(seed: 7)
        let samples = order.map { decoded, shown in
            SourceSample(
                sample: Sample(
                    track: 0, presentationTime: .milliseconds(Int64(shown) * 40),
                    decodeTime: .milliseconds(Int64(decoded) * 40), isKeyframe: decoded == 0),
                payload: source.picture(
                    isKeyframe: decoded == 0, byteCount: 300, framing: SyntheticStream.lengths))
        }
        let file = try SegmentPartsTests.record(samples, [SyntheticStream.h264], .mp4)
        let movie = try #require(PlainMovie(try closed(file.bytes, index: file.index).bytes))
        let track = try #require(movie.tracks.first)
        let edit = try #require(track.edits.last)
        let scale = try MovieTrack(SyntheticStream.h264, index: 0).timescale
        let end = edit.mediaTime + edit.duration * Int(scale) / movie.timescale
        let shown = track.samples.map { $0.decodeTicks + $0.compositionOffset }
        #expect(track.samples.count == 8 && shown.allSatisfy { $0 < end }, "\(shown) to \(end)")
        #expect(end == (shown.max() ?? 0) + Int(scale) / 25)
    }

    /// A short one's tables are written in one go, a long one's as they fill up.
    @Test func `it is the same movie, in however many pieces it is written`() throws {
        var source = SyntheticStream(seed: 7)
        let (samples, formats) = try RandomSequenceTests.sequence(&source)
        let file = try SegmentPartsTests.record(samples, formats, .mp4)
        let whole = try closed(file.bytes, index: file.index)
        for pieceByteCount in [1, 5, 64, 1000] {
            var closing = try MovieClosing(file.index.span.bytes, pieceByteCount: pieceByteCount)
            var pieces = 0
            while closing.next() != nil { pieces += 1 }
            #expect(pieces > 12, "a skeleton and tables")
            let other = try closed(
                file.bytes, index: file.index, pieceByteCount: pieceByteCount)
            #expect(other.bytes == whole.bytes && other.head == whole.head)
        }
        var closing = try MovieClosing(file.index.span.bytes)
        #expect(closing.next()?.offset == closing.partsEnd && closing.next() == nil)
    }

    @Test func `a torn recording is closed up to its last whole part`() throws {
        let clip = Clip(videoBitrate: 200_000, keyframeSeconds: 1, audio: try aac(), seconds: 2)
        let file = try SegmentPartsTests.record(clip.samples(), clip.formats, .mp4)
        for count in stride(from: 300, to: file.index.count, by: 97) {
            let index = Array(file.index[..<count])
            guard let (_, parts, _) = IndexTests.read(index), let last = parts.last else {
                continue
            }
            // The file is ahead of its index, and ends within a part.
            let torn = Array(file.bytes[..<min(Int(last.end) + 100, file.bytes.count)])
            let movie = try #require(PlainMovie(try closed(torn, index: index).bytes))
            let whole = try #require(movieSamples(of: Array(file.bytes[..<Int(last.end)])))
            #expect(movie.tracks.reduce(0) { $0 + $1.samples.count } == whole.count)
        }
    }

    @Test func `sound that begins before the file's zero is skipped by an edit`() throws {
        var configuration = FragmentedMovieConfiguration()
        configuration.origin = .zero
        let step = Interval(nanoseconds: 20_000_000)
        let samples = (0..<20).map { index in
            SourceSample(
                sample: Sample(
                    track: 0, time: step * Int64(index) - Interval(nanoseconds: 6_500_000)),
                payload: [0xFC, 1, 2, UInt8(index)])
        }
        let movie = try FragmentedMovieTests.write(
            samples, [.opus(channelCount: 2)], configuration)
        let found = try #require(movieSamples(of: movie.bytes))
        #expect(found.map(\.decodeTicks) == (0..<20).map { $0 * 960 })
        let list = try #require(movie.bytes.firstRange(of: Array("elst".utf8)))
        let mediaTime = movie.bytes[(list.upperBound + 12)..<(list.upperBound + 16)]
        #expect(mediaTime.reduce(0) { $0 << 8 | Int($1) } == 312, "6.5 ms of 48 kHz")
        let head = try #require(movie.bytes.firstRange(of: Array("dOps".utf8)))
        #expect(Array(movie.bytes[(head.upperBound + 2)..<(head.upperBound + 4)]) == [1, 56])
    }

    @Test func `another container's index is refused`() throws {
        let clip = Clip(seconds: 2)
        let file = try SegmentPartsTests.record(clip.samples(), clip.formats, .fmp4)
        #expect(throws: ParseError.invalid(field: "container", at: 9)) {
            _ = try closed(file.bytes, index: file.index)
        }
    }
}
