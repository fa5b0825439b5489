import Codecs
import Testing
import Timing
import Wire

@testable import Muxer

/// Pictures that change their size in the middle of a recording.
@Suite struct ReshapedPicturesTests {
    static let other = hexadecimal("674d4016eca05017fcb80880000003008000000f078b16cb")

    /// Four seconds, each beginning with a key frame that says its size; from `range` on it is another.
    static func samples(_ range: Range<Int>, audio: TrackFormat? = nil) -> [SourceSample] {
        var samples = Clip(keyframeSeconds: 1, audio: audio, seconds: 4).samples()
        for index in samples.indices where samples[index].sample.isKeyframe {
            guard samples[index].sample.track == 0 else { continue }
            let second = Int(samples[index].sample.decodeTime.nanoseconds / 1_000_000_000)
            let set = range.contains(second) ? other : SyntheticStream.sps
            samples[index].payload =
                [set, SyntheticStream.pps].flatMap {
                    SyntheticStream.framed($0, SyntheticStream.lengths)
                } + samples[index].payload
        }
        return samples
    }

    @Test
    func `a transport stream begins a file where the size changes, and where it changes back`()
        throws
    {
        let audio = try aac()
        let samples = Self.samples(1..<3, audio: audio)
        let formats = [SyntheticStream.h264, audio]
        let files = try SegmentPartsTests.files(samples, formats, .mpegts)
        #expect(files.count == 3)
        #expect(files.map { $0.parts.count(where: \.isIndependent) } == [1, 2, 1])
        let sets = try files.map { file in
            let header = try #require(IndexTests.read(file.index)).header
            guard case .h264(let sets, _) = header.formats[0] else { return [UInt8]() }
            return sets[0]
        }
        #expect(sets == [SyntheticStream.sps, Self.other, SyntheticStream.sps])
        for file in files { #expect(check(file.bytes).count() == 0) }
        let found = try SegmentWriterTests.payloads(files.map(\.bytes), .mpegts, track: 0)
        #expect(found.count == 120, "no picture is lost")
    }

    @Test(arguments: [Container.mpegts, .fmp4])
    func `an index says what its file began with, however soon the next one begins`(
        container: Container
    ) throws {
        var source = SyntheticStream(seed: 3)
        let samples = (0..<10).map { number in
            SourceSample(
                sample: Sample(
                    track: 0, time: .milliseconds(Int64(number) * 100), isKeyframe: true),
                payload: source.picture(
                    isKeyframe: true, byteCount: 500, framing: SyntheticStream.lengths,
                    sets: [number == 0 ? SyntheticStream.sps : Self.other, SyntheticStream.pps]))
        }
        let bare = TrackFormat.h264(parameterSets: [], framing: SyntheticStream.lengths)
        let files = try SegmentPartsTests.files(samples, [bare], container)
        #expect(files.count == 2)
        for (file, set) in zip(files, [SyntheticStream.sps, Self.other]) {
            let header = try #require(IndexTests.read(file.index)).header
            #expect(
                header.formats == [
                    .h264(
                        parameterSets: [set, SyntheticStream.pps], framing: SyntheticStream.lengths)
                ])
        }
    }

    @Test func `of a stream of two sizes, what fits its header is cut out, from key frames on`()
        throws
    {
        let samples = Self.samples(1..<3)
        let bytes = try mux(samples, [SyntheticStream.h264]).bytes
        let header = IndexHeader(container: .mpegts, formats: [SyntheticStream.h264])
        let cutter = TransportCutter(header, origin: .zero, head: bytes)
        let range = TransportCutter.Range(octets: bytes, start: .zero, end: .seconds(4))
        let movie = try cutter.initialization() + cutter.fragments(of: range)
        let found = try #require(movieSamples(of: movie))
        #expect(found.count == 60, "the first second's and the last one's")
        #expect(
            found.map(\.decodeTicks) == (0..<30).map { $0 * 3000 } + (90..<120).map { $0 * 3000 })
        #expect(found.count(where: \.isKeyframe) == 2)
    }

    @Test func `where nothing fits, the sound alone is cut out`() throws {
        let audio = try aac()
        let samples = Self.samples(0..<4, audio: audio)
        let formats = [SyntheticStream.h264, audio]
        let bytes = try mux(samples, formats).bytes
        let cutter = TransportCutter(
            IndexHeader(container: .mpegts, formats: formats), origin: .zero, head: bytes)
        let range = TransportCutter.Range(octets: bytes, start: .zero, end: .seconds(4))
        let movie = try cutter.initialization() + cutter.fragments(of: range)
        let found = try #require(movieSamples(of: movie))
        #expect(found.allSatisfy { $0.track == 2 })
        #expect(found.map(\.payload) == samples.filter { $0.sample.track == 1 }.map(\.payload))
    }
}
