import Codecs
import Testing
import Timing
import Wire

@testable import Muxer

@Suite struct FragmentedMovieTests {
    struct Movie {
        var bytes: [UInt8] = []
        var parts: [MoviePart] = []
        /// Octets behind each part.
        var ends: [Int] = []
    }

    static func write(
        _ samples: [SourceSample], _ formats: [TrackFormat],
        _ configuration: FragmentedMovieConfiguration = FragmentedMovieConfiguration()
    ) throws -> Movie {
        var writer = try FragmentedMovieWriter(formats, configuration: configuration)
        var (output, movie) = (ByteWriter(), Movie())
        for sample in samples {
            let payload = sample.payload.span.bytes
            if let part = try writer.write(sample.sample, payload: payload, into: &output) {
                movie.parts.append(part)
                movie.ends.append(output.count)
            }
        }
        if let part = writer.flush(into: &output) {
            movie.parts.append(part)
            movie.ends.append(output.count)
        }
        movie.bytes = output.bytes
        return movie
    }

    @Test(arguments: [48_000, 44_100]) func `samples come out as they went in`(rate: Int) throws {
        var clip = Clip(audio: try aac(rate), seconds: 5)
        clip.start = .seconds(100_000)
        let source = clip.samples()
        let found = try #require(movieSamples(of: try Self.write(source, clip.formats).bytes))
        for (track, timescale) in [(0, 90_000), (1, rate)] {
            let expected = source.filter { $0.sample.track == track }
            let read = found.filter { $0.track == track + 1 }
            #expect(read.map(\.payload) == expected.map(\.payload))
            #expect(read.map(\.isKeyframe) == expected.map(\.sample.isKeyframe))
            for (sample, source) in zip(read, expected) {
                let time = (source.sample.decodeTime - clip.start).seconds
                #expect(abs(Double(sample.decodeTicks) - time * Double(timescale)) <= 1)
            }
        }
        let audio = found.filter { $0.track == 2 }
        #expect(audio.map(\.decodeTicks) == audio.indices.map { $0 * 1_024 }, "to the sample")
    }

    @Test func `start codes become lengths, and the sets learned fill the header`() throws {
        var source = SyntheticStream(seed: 8)
        let payload = source.picture(
            isKeyframe: true, byteCount: 500, framing: .startCodes,
            sets: [SyntheticStream.sps, SyntheticStream.pps])
        let bare = TrackFormat.h264(parameterSets: [], framing: .startCodes)
        #expect(throws: MuxerError.missingParameterSets(track: 0)) {
            _ = try FragmentedMovieWriter([bare])
        }
        let format = bare.learning(from: payload.span.bytes)
        let sample = SourceSample(sample: Sample(track: 0, time: .zero), payload: payload)
        let movie = try Self.write([sample], [format])
        let found = try #require(movieSamples(of: movie.bytes)?.first)
        var walk = NALUnits(payload.span.bytes, framing: .startCodes)
        var expected: [UInt8] = []
        while let unit = walk.next() {
            expected += unit.withUnsafeBytes {
                SyntheticStream.framed(Array($0), SyntheticStream.lengths)
            }
        }
        #expect(found.payload == expected)
        #expect(movie.bytes.firstRange(of: Array("avcC".utf8)) != nil)
        #expect(movie.bytes.firstRange(of: SyntheticStream.sps) != nil)
    }

    /// ISO/IEC 14496-12 §8; ffmpeg forgives what GStreamer does not.
    @Test func `the header's boxes are as long as the standard says`() throws {
        let clip = Clip(audio: try aac(), seconds: 1)
        let boxes = try #require(BoxTree.parse(try Self.write(clip.samples(), clip.formats).bytes))
        func all(_ boxes: [BoxTree]) -> [BoxTree] { boxes + boxes.flatMap { all($0.children) } }
        let sizes = ["mvhd": 108, "tkhd": 92, "mdhd": 32, "vmhd": 20, "smhd": 16, "trex": 32]
        for box in all(boxes) {
            if let size = sizes[box.type] { #expect(box.content.count + 8 == size, "\(box.type)") }
        }
    }

    @Test func `parts are as long as asked, and one begins with each key frame`() throws {
        let clip = Clip(keyframeSeconds: 1, audio: .opus(channelCount: 2), seconds: 4)
        let movie = try Self.write(clip.samples(), clip.formats)
        #expect(movie.parts.count(where: \.isIndependent) == 4)
        #expect(movie.parts.allSatisfy { $0.duration <= .milliseconds(235) })
        for (part, next) in zip(movie.parts, movie.parts.dropFirst()) {
            #expect(part.start + part.duration == next.start)
        }
        let sizes = zip(movie.ends.dropFirst(), movie.ends).map { $0 - $1 }
        #expect(movie.parts.dropFirst().map(\.byteCount) == sizes)
    }

    @Test func `any cut between parts is a whole file, any other loses only its part`() throws {
        let clip = Clip(videoBitrate: 300_000, audio: try aac(), seconds: 2)
        let movie = try Self.write(clip.samples(), clip.formats)
        let all = try #require(movieSamples(of: movie.bytes))
        for end in movie.ends {
            let cut = try #require(movieSamples(of: Array(movie.bytes[..<end])))
            #expect(cut == Array(all[..<cut.count]))
            #expect(movieSamples(of: Array(movie.bytes[..<(end - 1)])) == nil)
        }
    }

    @Test func `a fragment says how long its samples last, behind another file's header too`()
        throws
    {
        func clip(_ rate: Int) -> Clip {
            Clip(
                framesPerSecond: rate, keyframeSeconds: 1, audio: .opus(channelCount: 2), seconds: 2
            )
        }
        let slow = try SegmentPartsTests.record(clip(10).samples(), clip(10).formats, .fmp4)
        let quick = try SegmentPartsTests.record(clip(25).samples(), clip(25).formats, .fmp4)
        let head = try #require(IndexTests.read(slow.index)).header.initialization
        let own = try #require(IndexTests.read(quick.index)).header.initialization
        let found = try #require(movieSamples(of: head + quick.bytes[own.count...]))
        let ticks = found.filter { $0.track == 1 }.map(\.decodeTicks)
        #expect(ticks == (0..<50).map { $0 * 3600 })
    }

    @Test func `overhead at 2 Mbit/s in parts of 200 ms is about half a percent`() throws {
        let clip = Clip(videoBitrate: 1_936_000, audio: try aac(), seconds: 8)
        let source = clip.samples()
        let total = source.reduce(0) { $0 + $1.payload.count }
        let movie = try Self.write(source, clip.formats)
        #expect(Double(movie.bytes.count) / Double(total) - 1 < 0.0054)
    }

    @Test func `B-frames keep both times`() throws {
        var source = SyntheticStream(seed: 5)
        let samples = (0..<40).map { index in
            let decode = Interval.milliseconds(Int64(index) * 40)
            let sample = Sample(
                track: 0, presentationTime: decode + .milliseconds([40, 120, 0, 0][index % 4]),
                decodeTime: decode, isKeyframe: index % 20 == 0)
            let payload = source.picture(
                isKeyframe: sample.isKeyframe, byteCount: 300, framing: SyntheticStream.lengths)
            return SourceSample(sample: sample, payload: payload)
        }
        let bytes = try Self.write(samples, [SyntheticStream.h264]).bytes
        let found = try #require(movieSamples(of: bytes))
        for (index, sample) in found.enumerated() {
            #expect(sample.decodeTicks == index * 3_600)
            #expect(sample.compositionOffset == [3_600, 10_800, 0, 0][index % 4])
        }
    }

    @Test func `a gap in the audio begins a part, and times go on behind it`() throws {
        let clip = Clip(audio: .opus(channelCount: 2), seconds: 2)
        let source = clip.samples().filter {
            $0.sample.track == 1
                && !(0.5..<0.54).contains($0.sample.decodeTime.seconds)
        }.map {
            SourceSample(
                sample: Sample(track: 0, time: $0.sample.decodeTime), payload: $0.payload)
        }
        let movie = try Self.write(source, [.opus(channelCount: 2)])
        #expect(movie.parts.contains { $0.start == .milliseconds(540) })
        let found = try #require(movieSamples(of: movie.bytes))
        #expect(
            found.map(\.decodeTicks)
                == source.map {
                    Int($0.sample.decodeTime.nanoseconds * 48 / 1_000_000)
                })
    }

    @Test func `what does not fit the file is refused by name`() throws {
        var writer = try FragmentedMovieWriter([SyntheticStream.h264])
        var output = ByteWriter()
        func refusal(_ payload: [UInt8], at time: Interval) -> MuxerError? {
            do throws(MuxerError) {
                let sample = Sample(track: 0, time: time)
                try writer.write(sample, payload: payload.span.bytes, into: &output)
                return nil
            } catch { return error }
        }
        var source = SyntheticStream(seed: 1)
        let framing = SyntheticStream.lengths
        let picture = source.picture(isKeyframe: true, byteCount: 90, framing: framing)
        let smaller = hexadecimal("674d4016eca05017fcb80880000003008000000f078b16cb")
        #expect(refusal(picture, at: .seconds(10)) == nil)
        #expect(refusal(picture, at: .seconds(5)) == .timeWentBack(track: 0))
        #expect(refusal(picture, at: .milliseconds(9_990)) == nil)
        #expect(writer.correctedTimes == 1)
        let changed = SyntheticStream.framed(smaller, framing) + picture
        #expect(refusal(changed, at: .seconds(11)) == .formatChanged(track: 0))
        #expect(refusal([0, 0, 0, 9, 1], at: .seconds(11)) == .malformedSample(track: 0))
        #expect(throws: MuxerError.unsupportedFormat(track: 0)) {
            let vp8 = TrackFormat.vp8(VP8KeyframeHeader(width: 64, height: 64))
            _ = try FragmentedMovieWriter([vp8])
        }
    }
}
