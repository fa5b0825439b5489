import Codecs
import Testing
import Timing
import Wire

@testable import Muxer

/// Cuts whose sound has gaps, or begins before the pictures.
@Suite struct CutSoundTests {
    /// A clip some of whose frames of sound are lost: a gap behind many a part's last picture.
    static func lossy() -> (clip: Clip, samples: [SourceSample]) {
        let clip = Clip(
            framesPerSecond: 25, keyframeSeconds: 1, audio: .opus(channelCount: 2), seconds: 6)
        let samples = clip.samples().enumerated().filter { index, source in
            source.sample.track == 0 || index % 7 != 3
        }
        return (clip, samples.map(\.element))
    }

    @Test func `sound behind a gap and the last picture doubles that one in no cut`() throws {
        var source = SyntheticStream(seed: 2)
        let formats = [SyntheticStream.h264, .opus(channelCount: 2)]
        var samples = [0, 40].map { time in
            SourceSample(
                sample: Sample(track: 0, time: .milliseconds(time), isKeyframe: time == 0),
                payload: source.picture(
                    isKeyframe: time == 0, byteCount: 100, framing: SyntheticStream.lengths))
        }
        samples += [0, 20, 60].map { time in
            SourceSample(
                sample: Sample(track: 1, time: .milliseconds(time)), payload: [0xFC, 1, 2])
        }
        samples.sort { $0.sample.decodeTime < $1.sample.decodeTime }
        let bytes = try mux(samples, formats).bytes
        let cutter = TransportCutter(
            IndexHeader(container: .mpegts, formats: formats), origin: .zero, head: bytes)
        let range = TransportCutter.Range(octets: bytes, start: .zero, end: .milliseconds(80))
        let found = try #require(
            movieSamples(of: try cutter.initialization() + cutter.fragments(of: range)))
        #expect(found.filter { $0.track == 1 }.map(\.decodeTicks) == [0, 3_600])
        #expect(found.filter { $0.track == 2 }.map(\.decodeTicks) == [0, 960, 2_880])
    }

    @Test func `gaps in the sound double no picture of a recording cut part by part`() throws {
        let (clip, source) = Self.lossy()
        let file = try SegmentPartsTests.record(source, clip.formats, .mpegts)
        let (header, parts, _) = try #require(IndexTests.read(file.index))
        var movie = try TransportCutter(header, origin: parts[0].start, head: file.bytes)
            .initialization()
        for index in parts.indices {
            movie += try TransportCutterTests.cut(file, from: index, to: index + 1)
        }
        let pictures = try #require(movieSamples(of: movie)).filter { $0.track == 1 }
        #expect(pictures.count == source.count { $0.sample.track == 0 })
        for (picture, next) in zip(pictures, pictures.dropFirst()) {
            #expect(picture.decodeTicks < next.decodeTicks)
        }
    }

    @Test func `sound from before the file's first picture is left out, and moves no other`() throws
    {
        let clip = Clip(keyframeSeconds: 1, audio: .opus(channelCount: 2), seconds: 3)
        // Handed in late: the first frames are from before the key frame that the file begins with.
        let source = clip.samples().map { source in
            var moved = source
            if source.sample.track == 1 {
                moved.sample.decodeTime = source.sample.decodeTime - .milliseconds(90)
                moved.sample.presentationTime = moved.sample.decodeTime
            }
            return moved
        }
        let file = try SegmentPartsTests.record(source, clip.formats, .mpegts)
        let (header, parts, _) = try #require(IndexTests.read(file.index))
        let cutter = TransportCutter(header, origin: parts[0].start, head: file.bytes)
        let movie =
            try cutter.initialization()
            + TransportCutterTests.cut(file, from: 0, to: parts.count)
        let sound = try #require(movieSamples(of: movie)).filter { $0.track == 2 }
        let wanted = source.filter {
            $0.sample.track == 1 && $0.sample.decodeTime >= parts[0].start
        }
        #expect(sound.map(\.payload) == wanted.map(\.payload))
        for (frame, sample) in zip(sound, wanted) {
            let time = sample.sample.decodeTime - parts[0].start
            #expect(abs(frame.decodeTicks - TransportCutterTests.ticks(time, 48_000)) <= 2)
        }
    }

    @Test func `sound from before a movie's zero is counted once the movie has begun`() throws {
        var writer = try FragmentedMovieWriter([SyntheticStream.h264, .opus(channelCount: 2)])
        var (output, source) = (ByteWriter(), SyntheticStream(seed: 3))
        for index in 0..<20 {
            let picture = source.picture(
                isKeyframe: index == 0, byteCount: 200, framing: SyntheticStream.lengths)
            _ = try writer.write(
                Sample(track: 0, time: .milliseconds(Int64(index) * 40), isKeyframe: index == 0),
                payload: picture.span.bytes, into: &output)
        }
        let sound: [UInt8] = [0xFC, 1, 2, 3]
        for time in [-60, -40, -20, 0, 20] as [Int64] {
            _ = try writer.write(
                Sample(track: 1, time: .milliseconds(time)), payload: sound.span.bytes,
                into: &output)
        }
        writer.flush(into: &output)
        #expect(writer.earlySamples == 3)
        let found = try #require(movieSamples(of: output.bytes)).filter { $0.track == 2 }
        #expect(found.map(\.decodeTicks) == [0, 960])
    }

    @Test func `the earliest of a cut is found, so that nothing of it is moved before zero`() throws
    {
        let clip = Clip(keyframeSeconds: 1, audio: .opus(channelCount: 2), seconds: 3)
        let file = try SegmentPartsTests.record(clip.samples(), clip.formats, .fmp4)
        let later = try #require(file.parts.last { $0.isIndependent })
        let bytes = Array(file.bytes[Int(later.offset)..<Int(later.end)])
        let scales = clip.formats.map(\.movieTimescale)
        let movie = Array(file.bytes[..<Int(file.parts[0].offset)]) + bytes
        let found = try #require(movieSamples(of: movie))
        let earliest = found.map { Int64($0.decodeTicks) * 1_000_000_000 / scales[$0.track - 1] }
        #expect(
            FragmentWalk.earliest(in: bytes.span.bytes, timescales: scales) == earliest.min())
        #expect(FragmentWalk.earliest(in: [UInt8]().span.bytes, timescales: scales) == nil)
    }
}
