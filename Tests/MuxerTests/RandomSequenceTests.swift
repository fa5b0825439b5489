import Codecs
import Testing
import Timing
import Wire

@testable import Muxer

/// Seeded sequences of everything that happens to a recording at once: B-frames, gaps, pauses,
/// wraps, changed parameter sets, lone tracks. What comes out is what went in, and in order.
@Suite struct RandomSequenceTests {
    /// Some seconds of samples; the picture's times may lie anywhere in the 33 bits.
    static func sequence(_ source: inout SyntheticStream) throws -> (
        samples: [SourceSample], formats: [TrackFormat]
    ) {
        var clip = Clip(framesPerSecond: [10, 15, 25, 30, 50][source.next(below: 5)], seconds: 4)
        clip.videoBitrate = 50_000 << source.next(below: 6)
        clip.keyframeSeconds = 1 + source.next(below: 2)
        clip.audio =
            [
                nil, try aac(), try aac(44_100), .opus(channelCount: 2),
                .mp3(sampleRate: 44_100),
            ][source.next(below: 5)]
        clip.start = .seconds(Int64(source.next(below: 200_000)) - 50_000)
        var samples = clip.samples(seed: UInt64(source.next(below: 1 << 20)))
        let gap = clip.start + .milliseconds(Int64(source.next(below: 4_000)))
        let length = Interval.milliseconds(Int64(source.next(below: 900)))
        samples.removeAll { $0.sample.decodeTime >= gap && $0.sample.decodeTime < gap + length }
        let hasReordering = source.next(below: 2) == 0
        for index in samples.indices where samples[index].sample.track == 0 {
            if hasReordering {
                let delay = Int64(source.next(below: 4)) * 40
                samples[index].sample.presentationTime =
                    samples[index].sample.decodeTime + .milliseconds(delay)
            }
            if samples[index].sample.isKeyframe, source.next(below: 3) == 0 {
                let set: [UInt8] = [0x68, 0xCE, 0x3C] + source.octets(4)
                samples[index].payload =
                    SyntheticStream.framed(SyntheticStream.sps, SyntheticStream.lengths)
                    + SyntheticStream.framed(set, SyntheticStream.lengths)
                    + samples[index].payload
            }
        }
        return (samples, clip.formats)
    }

    @Test(arguments: 0..<60) func `transport streams`(seed: Int) throws {
        var source = SyntheticStream(seed: UInt64(seed) + 1)
        let (samples, formats) = try Self.sequence(&source)
        let bytes = try mux(samples, formats).bytes
        // The source's own silence is no fault of the stream.
        let excused: Set<TransportFinding.Indicator> = [.stampRepetition]
        let found = check(bytes).findings.filter { !excused.contains($0.indicator) }
        #expect(found.isEmpty, "\(found)")
        let units = demux(bytes)
        let pictures = samples.filter { $0.sample.track == 0 }
        let slices = units.filter { $0.pid == 0x100 }
        try #require(slices.count == pictures.count)
        for (unit, picture) in zip(slices, pictures) {
            let last = NALUnitsEnd.slice(of: picture.payload, SyntheticStream.lengths)
            #expect(NALUnitsEnd.slice(of: unit.payload, .startCodes) == last)
            let time = (picture.sample.presentationTime + .milliseconds(350)).ticks90
            #expect(unit.presentationStamp == TransportTime.wrapped(time))
        }
        let sound = units.filter { $0.pid == 0x101 }.reduce(0) { $0 + $1.payload.count }
        let heads =
            [.opus(channelCount: 2): 3, .mp3(sampleRate: 44_100): 0][formats.last ?? formats[0]]
            ?? 7
        let handed = samples.filter { $0.sample.track == 1 }
        #expect(sound == handed.reduce(0) { $0 + $1.payload.count + heads })
    }

    @Test(arguments: 0..<60) func `fragmented movies`(seed: Int) throws {
        var source = SyntheticStream(seed: UInt64(seed) + 1)
        let (samples, formats) = try Self.sequence(&source)
        let movie = try FragmentedMovieTests.write(samples, formats)
        let found = try #require(movieSamples(of: movie.bytes))
        let origin = samples.map(\.sample.decodeTime).min() ?? .zero
        let carried = CarriedSetsTests.carried(
            samples, entry: [SyntheticStream.sps, SyntheticStream.pps])
        for (track, format) in formats.enumerated() {
            let timescale = Double(try MovieTrack(format, index: track).timescale)
            let expected = carried.filter { $0.sample.track == track }
            let read = found.filter { $0.track == track + 1 }
            try #require(read.count == expected.count)
            for (sample, source) in zip(read, expected) {
                #expect(sample.payload == source.payload)
                let time = (source.sample.decodeTime - origin).seconds * timescale
                #expect(abs(Double(sample.decodeTicks) - time) <= max(timescale / 1_000, 1))
            }
        }
    }
}

/// The last NAL unit of an access unit.
enum NALUnitsEnd {
    static func slice(of bytes: [UInt8], _ framing: NALUnitFraming) -> [UInt8] {
        var walk = NALUnits(bytes.span.bytes, framing: framing)
        var last: [UInt8] = []
        while let unit = walk.next() { last = unit.withUnsafeBytes { Array($0) } }
        return last
    }
}
