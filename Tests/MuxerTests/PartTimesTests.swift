import Codecs
import Testing
import Timing
import Wire

@testable import Muxer

/// Where parts begin and end when sound does not come as regularly as pictures do.
@Suite struct PartTimesTests {
    static func sample(_ track: Int, _ milliseconds: Int64) -> Sample {
        Sample(track: track, time: .milliseconds(milliseconds))
    }

    @Test(arguments: [100, 5_000, 3_600_000])
    func `sound that has paused comes back at the pictures' time`(pause: Int64) {
        var clock = PartClock()
        var last = Interval.zero
        for time in stride(from: 0, through: pause, by: 40) {
            last = clock.time(of: Self.sample(0, time), isLeading: true)
            if time == 0 { _ = clock.time(of: Self.sample(1, 0), isLeading: false) }
        }
        let back = clock.time(of: Self.sample(1, pause + 10), isLeading: false)
        #expect(back >= last && back <= last + .milliseconds(50), "\(back)")
    }

    @Test func `late pictures that come all at once leave no debt to the sound`() {
        var clock = PartClock()
        func sound(_ milliseconds: Int64) -> Interval {
            clock.time(of: Self.sample(1, milliseconds), isLeading: false)
        }
        for time in stride(from: 0, to: 10_000, by: 20) as StrideTo<Int64> {
            // Pictures stall for three seconds, and catch up within an instant.
            if time % 40 == 0, time < 4_000 || time > 7_000 {
                _ = clock.time(of: Self.sample(0, time), isLeading: true)
            }
            if time == 7_000 {
                for late in stride(from: 4_000, through: 7_000, by: 40) as StrideThrough<Int64> {
                    _ = clock.time(of: Self.sample(0, late), isLeading: true)
                }
            }
            _ = sound(time)
        }
        // When they pause once more, sound goes on at once.
        #expect(sound(10_000) == .milliseconds(10_000))
        #expect(sound(10_500) >= .milliseconds(10_450))
    }

    @Test(arguments: [-10_000, -500, 500, 10_000])
    func `sound that is handed in long before or behind the pictures counts by its steps`(
        offset: Int64
    ) {
        var clock = PartClock()
        for index in 0..<500 {
            let time = Int64(index) * 40
            let leading = clock.time(of: Self.sample(0, time), isLeading: true)
            for step in [0, 20] as [Int64] {
                let sound = clock.time(
                    of: Self.sample(1, time + offset + step), isLeading: false)
                #expect(sound >= leading && sound <= leading + .milliseconds(50))
            }
        }
    }

    @Test(arguments: SegmentPartsTests.containers + [.webm], [-30, -20, -10, 0, 10, 20, 30])
    func `each part begins where the one before ended, sound a little early or late`(
        container: Container, milliseconds: Int
    ) throws {
        let clip = Clip(keyframeSeconds: 1, audio: .opus(channelCount: 2), seconds: 20)
        func handedIn(_ sample: Sample) -> Interval {
            let late = Interval.milliseconds(Int64(milliseconds))
            return sample.decodeTime + (sample.track == 1 ? late : .zero)
        }
        var samples = clip.samples().sorted { handedIn($0.sample) < handedIn($1.sample) }
        var formats = clip.formats
        if container == .webm {
            formats[0] = .vp8(VP8KeyframeHeader(width: 640, height: 360))
            samples = samples.map { $0.sample.track == 0 ? Self.asVP8($0) : $0 }
        }
        let file = try SegmentPartsTests.record(samples, formats, container)
        for (part, next) in zip(file.parts, file.parts.dropFirst()) {
            #expect(part.start + part.duration == next.start)
        }
        let sum = file.parts.reduce(Interval.zero) { $0 + $1.duration }
        #expect(abs((sum - .seconds(20)).nanoseconds) <= 60_000_000, "\(sum)")
    }

    /// A frame of VP8 whose head says 640 by 360 where it is a key frame.
    static func asVP8(_ source: SourceSample) -> SourceSample {
        var frame = source
        let head: [UInt8] =
            source.sample.isKeyframe
            ? [0x10, 0, 0, 0x9D, 0x01, 0x2A, 0x80, 0x02, 0x68, 0x01] : [0x11, 0, 0]
        frame.payload = head + source.payload
        return frame
    }

    @Test func `pictures that come a second late from some time on hold up no part`() throws {
        let clip = Clip(
            framesPerSecond: 25, keyframeSeconds: 1, audio: .opus(channelCount: 2), seconds: 6)
        func handedIn(_ sample: Sample) -> Interval {
            let isLate = sample.track == 0 && sample.decodeTime >= .seconds(2)
            return sample.decodeTime + (isLate ? .seconds(1) : .zero)
        }
        let samples = clip.samples().sorted { handedIn($0.sample) < handedIn($1.sample) }
        var writer = try FragmentedMovieWriter(clip.formats)
        var output = ByteWriter()
        var (waiting, longest) = (Interval.zero, Interval.zero)
        for source in samples {
            let part = try writer.write(
                source.sample, payload: source.payload.span.bytes, into: &output)
            if part != nil { waiting = handedIn(source.sample) }
            longest = max(longest, handedIn(source.sample) - waiting)
        }
        #expect(longest <= .milliseconds(300), "\(longest)")
    }

    @Test func `sound from before its file is left out, and said to be`() throws {
        var writer = try SegmentWriter(
            [SyntheticStream.h264, .opus(channelCount: 2)], container: .fmp4)
        var (output, source) = (ByteWriter(), SyntheticStream(seed: 9))
        for index in 0..<20 as Range<Int64> {
            let picture = source.picture(
                isKeyframe: index == 0, byteCount: 100, framing: SyntheticStream.lengths)
            _ = try writer.write(
                Sample(track: 0, time: .milliseconds(index * 40), isKeyframe: index == 0),
                payload: picture.span.bytes, into: &output)
        }
        let frame: [UInt8] = [0xFC, 1, 2, 3]
        var outcomes: [SegmentWriter.Outcome] = []
        for nanoseconds in [-2_000_000_000, -20_000_000, -600_000, 20_000_000] as [Int64] {
            let sample = Sample(track: 1, time: Interval(nanoseconds: nanoseconds))
            outcomes.append(
                try writer.write(sample, payload: frame.span.bytes, into: &output))
        }
        // What is less than a millisecond early has been rounded.
        #expect(outcomes == [.leftOut, .leftOut, .written, .written])
        #expect(writer.awaitedSamples == 2)
    }

    @Test func `sound whose time goes back costs the pictures nothing`() throws {
        let clip = Clip(keyframeSeconds: 2, audio: .opus(channelCount: 2), seconds: 6)
        let samples = clip.samples().map { source in
            var moved = source
            if source.sample.track == 1, source.sample.decodeTime > .milliseconds(2_500) {
                moved.sample.decodeTime = source.sample.decodeTime - .milliseconds(1_500)
                moved.sample.presentationTime = moved.sample.decodeTime
            }
            return moved
        }
        let recording = try SegmentWriterTests.record(samples, clip.formats, .fmp4)
        let pictures = try SegmentWriterTests.payloads(recording.files, .fmp4, track: 0)
        #expect(pictures == samples.filter { $0.sample.track == 0 }.map(\.payload))
        #expect(recording.files.count == 2, "the next key frame begins another")
        #expect(recording.awaited > 0 && recording.awaited < 80, "\(recording.awaited)")
    }
}
