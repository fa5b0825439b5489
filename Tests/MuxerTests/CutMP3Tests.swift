import Codecs
import Testing
import Timing
import Wire

@testable import Muxer

/// MP3 beside pictures, recorded and cut: passed through frame by frame.
@Suite struct CutMP3Tests {
    /// Frames of 64 kbit/s at 44.1 kHz, or at 22.05 kHz, with padding where the standard wants it.
    static func frames(rate: Int, seconds: Int) -> [SourceSample] {
        var source = SyntheticStream(seed: 12)
        let perFrame = rate >= 32_000 ? 1_152 : 576
        var owed = 0
        return (0..<seconds * rate / perFrame).map { number in
            let head: [UInt8] = rate >= 32_000 ? [0xFF, 0xFB, 0x50] : [0xFF, 0xF3, 0x80]
            let bits = perFrame / 8 * 64_000
            owed += bits % rate
            let isPadded = owed >= rate
            if isPadded { owed -= rate }
            let count = bits / rate + (isPadded ? 1 : 0)
            let time = Interval(nanoseconds: Int64(number * perFrame) * 1_000_000_000 / Int64(rate))
            let payload =
                head.dropLast() + [head[2] | (isPadded ? 2 : 0), 0xC4] + source.octets(count - 4)
            return SourceSample(sample: Sample(track: 1, time: time), payload: Array(payload))
        }
    }

    static func samples(rate: Int) -> [SourceSample] {
        (Clip(keyframeSeconds: 1, seconds: 5).samples() + frames(rate: rate, seconds: 5))
            .enumerated().sorted {
                ($0.element.sample.decodeTime, $0.offset) < (
                    $1.element.sample.decodeTime, $1.offset
                )
            }.map(\.element)
    }

    @Test(arguments: [44_100, 22_050])
    func `every frame of a transport stream is cut out once, at its time`(rate: Int) throws {
        let (samples, formats) = (
            Self.samples(rate: rate), [SyntheticStream.h264, .mp3(sampleRate: rate)]
        )
        let file = try SegmentPartsTests.record(samples, formats, .mpegts)
        let (header, parts, _) = try #require(IndexTests.read(file.index))
        var movie = try TransportCutter(header, origin: parts[0].start, head: file.bytes)
            .initialization()
        for index in parts.indices {
            movie += try TransportCutterTests.cut(file, from: index, to: index + 1)
        }
        let found = try #require(movieSamples(of: movie)).filter { $0.track == 2 }
        let sent = samples.filter { $0.sample.track == 1 }
        #expect(found.map(\.payload) == sent.map(\.payload))
        for (frame, sample) in zip(found, sent) {
            let time = (sample.sample.decodeTime - parts[0].start).seconds * Double(rate)
            #expect(abs(Double(frame.decodeTicks) - time) <= Double(rate) / 1_000)
        }
    }

    @Test func `a cut from the middle begins with the first whole frame`() throws {
        let samples = Self.samples(rate: 44_100)
        let file = try SegmentPartsTests.record(
            samples, [SyntheticStream.h264, .mp3(sampleRate: 44_100)], .mpegts)
        let (header, parts, _) = try #require(IndexTests.read(file.index))
        let first = try #require(parts.indices.last { parts[$0].isIndependent })
        let cutter = TransportCutter(header, origin: parts[0].start, head: file.bytes)
        let range = TransportCutter.Range(
            octets: Array(file.bytes[Int(parts[first].offset)...]), start: parts[first].start,
            end: .seconds(5))
        let movie = try cutter.initialization() + cutter.fragments(of: range)
        let found = try #require(movieSamples(of: movie)).filter { $0.track == 2 }.map(\.payload)
        let sent = samples.filter { $0.sample.track == 1 }.map(\.payload)
        #expect(found.count > 30 && found == Array(sent.suffix(found.count)))
    }

    @Test(arguments: [(48_000, UInt8(0x6B), "mp4a.6B"), (22_050, 0x69, "mp4a.69")])
    func `a movie says which of the two standards it is`(
        rate: Int, objectType: UInt8, name: String
    ) throws {
        let format = TrackFormat.mp3(sampleRate: rate)
        let movie = try FragmentedMovieTests.write(
            Self.frames(rate: rate, seconds: 1).map {
                SourceSample(
                    sample: Sample(track: 0, time: $0.sample.decodeTime), payload: $0.payload)
            }, [format])
        let descriptor = try #require(movie.bytes.firstRange(of: Array("esds".utf8))).upperBound
        #expect(movie.bytes[descriptor + 11] == objectType)
        #expect(format.codecName == name)
    }
}
