import Testing
import Timing
import Wire

@testable import Muxer

/// Wraps, gaps, jumps, reordering: what time does to a stream.
@Suite struct TransportTimeTests {
    /// 26.5 hours: where 33 bits of 90 kHz begin again, less the lead that stamps have.
    static let wrap = Interval(nanoseconds: (Int64(1) << 33) * 100_000 / 9)

    @Test(arguments: [wrap - .seconds(2), wrap - .milliseconds(2_350), .seconds(-2)])
    func `a wrap of stamps or clock is no event`(start: Interval) throws {
        var clip = Clip(audio: try aac(), seconds: 4)
        clip.start = start
        let samples = clip.samples()
        let (bytes, _, statistics) = try mux(samples, clip.formats)
        #expect(statistics.discontinuities == 0)
        let checker = check(bytes)
        #expect(checker.count() == 0, "\(checker.findings)")
        let stamps = demux(bytes).filter { $0.pid == 0x100 }.compactMap(\.presentationStamp)
        #expect(stamps.contains { $0 < 400_000 } && stamps.contains { $0 > 0x1_FFF0_0000 })
        let expected = samples.filter { $0.sample.track == 0 }.map {
            UInt64(bitPattern: ($0.sample.decodeTime + .milliseconds(350)).ticks90) & 0x1_FFFF_FFFF
        }
        #expect(stamps == expected)
    }

    @Test(arguments: [5, 7, 10, 15, 24, 30, 60])
    func `tables and clock keep their periods at any frame rate`(rate: Int) throws {
        for audio in [nil, try aac(), TrackFormat.opus(channelCount: 2)] {
            let clip = Clip(
                framesPerSecond: rate, videoBitrate: 300_000, keyframeSeconds: 4, audio: audio,
                seconds: 12)
            let checker = check(try mux(clip.samples(), clip.formats).bytes)
            #expect(checker.count() == 0, "\(checker.findings.prefix(3))")
        }
    }

    @Test func `the broadcast rule of 40 ms can be kept as well`() throws {
        var configuration = TransportStreamConfiguration()
        configuration.referenceInterval = .milliseconds(40)
        var limits = TransportStreamChecker.Limits()
        limits.reference = .milliseconds(40)
        let clip = Clip(framesPerSecond: 15, audio: try aac())
        let checker = check(
            try mux(clip.samples(), clip.formats, configuration).bytes, limits: limits)
        #expect(checker.count() == 0, "\(checker.findings.prefix(3))")
    }

    @Test func `audio alone carries the clock`() throws {
        for audio in [try aac(), .opus(channelCount: 1)] {
            let samples = Clip(audio: audio).samples().filter { $0.sample.track == 1 }.map {
                SourceSample(
                    sample: Sample(track: 0, time: $0.sample.decodeTime), payload: $0.payload)
            }
            let (bytes, _, statistics) = try mux(samples, [audio])
            let checker = check(bytes)
            #expect(checker.count() == 0, "\(checker.findings.prefix(3))")
            #expect(checker.map?.referencePID == 0x100)
            #expect(Double(bytes.count) < 1.32 * Double(statistics.sampleByteCount))
        }
    }

    /// A camera that stopped: all of it is 0.9 s late, then 5 s, then a day early.
    @Test(arguments: [.milliseconds(900), .seconds(5), .seconds(-86_400)] as [Interval])
    func `time that leaps says so, and stays within every rule`(leap: Interval) throws {
        let clip = Clip(audio: try aac(), seconds: 6)
        let samples = clip.samples().map { source in
            var moved = source
            if source.sample.decodeTime >= .seconds(3) {
                moved.sample.decodeTime = source.sample.decodeTime + leap
                moved.sample.presentationTime = moved.sample.decodeTime
            }
            return moved
        }
        let (bytes, _, statistics) = try mux(samples, clip.formats)
        #expect(statistics.discontinuities == (leap == .milliseconds(900) ? 0 : 1))
        let checker = check(bytes)
        // Nothing came for 0.9 s; that no stamps came either is the source's doing.
        let excused = checker.count(of: .stampRepetition)
        #expect(checker.count() == excused && excused <= 2, "\(checker.findings)")
    }

    /// The pictures are handed in late, as where some of them were waited for; in the middle all pauses.
    @Test(arguments: [Interval.zero, .seconds(5)])
    func `tracks handed in far apart are on one line of time`(pause: Interval) throws {
        let clip = Clip(audio: try aac(), seconds: 8)
        func handedIn(_ sample: Sample) -> Interval {
            sample.decodeTime + (sample.track == 0 ? .milliseconds(1_300) : .zero)
        }
        let samples = clip.samples().map { source in
            var moved = source
            if source.sample.decodeTime >= .seconds(4) {
                moved.sample.decodeTime = source.sample.decodeTime + pause
                moved.sample.presentationTime = moved.sample.decodeTime
            }
            return moved
        }.sorted { handedIn($0.sample) < handedIn($1.sample) }
        let (bytes, _, statistics) = try mux(samples, clip.formats)
        #expect(statistics.discontinuities == (pause > .zero ? 1 : 0))
        #expect(statistics.correctedTimes == 0)
        let excused: Set<TransportFinding.Indicator> = [.lateUnit, .stampRepetition, .pid]
        let found = check(bytes).findings.filter { !excused.contains($0.indicator) }
        #expect(found.isEmpty, "\(found.prefix(3))")
    }

    @Test func `B-frames carry both stamps`() throws {
        var source = SyntheticStream(seed: 5)
        var samples: [SourceSample] = []
        for index in 0..<60 {
            let decode = Interval.milliseconds(Int64(index) * 40)
            let shown = decode + .milliseconds([40, 120, 0, 0][index % 4])
            samples.append(
                SourceSample(
                    sample: Sample(
                        track: 0, presentationTime: shown, decodeTime: decode,
                        isKeyframe: index % 20 == 0),
                    payload: source.picture(
                        isKeyframe: index % 20 == 0, byteCount: 900,
                        framing: SyntheticStream.lengths)))
        }
        let bytes = try mux(samples, [SyntheticStream.h264]).bytes
        for (unit, sample) in zip(demux(bytes), samples) {
            let lead = Interval.milliseconds(350)
            #expect(
                unit.presentationStamp == UInt64((sample.sample.presentationTime + lead).ticks90))
            #expect(unit.decodeStamp == UInt64((sample.sample.decodeTime + lead).ticks90))
        }
        #expect(check(bytes).count() == 0)
    }

    @Test func `decode times that stand still are moved by a tick, and counted`() throws {
        var samples = Clip(seconds: 2).samples()
        for index in samples.indices where index % 10 == 3 {
            samples[index].sample.decodeTime = samples[index - 1].sample.decodeTime
            samples[index].sample.presentationTime = samples[index].sample.decodeTime
        }
        let (bytes, _, statistics) = try mux(samples, [SyntheticStream.h264])
        #expect(statistics.correctedTimes == 6)
        #expect(check(bytes).count() == 0)
    }

    @Test func `another format has another version of the map`() throws {
        var writer = try TransportStreamWriter([SyntheticStream.h264, .opus(channelCount: 2)])
        var output = ByteWriter()
        for source in Clip(audio: .opus(channelCount: 2), seconds: 4).samples() {
            if source.sample.decodeTime == .seconds(2), source.sample.track == 0 {
                try writer.change(track: 1, to: .opus(channelCount: 1), into: &output)
            }
            try writer.write(source.sample, payload: source.payload.span.bytes, into: &output)
        }
        writer.flush(into: &output)
        let checker = check(output.bytes)
        #expect(checker.count() == 0, "\(checker.findings)")
        #expect(checker.map?.version == 1)
        #expect(checker.map?.streams.last?.descriptors.last == 1)
        #expect(throws: MuxerError.unsupportedFormat(track: 1)) {
            try writer.change(track: 1, to: SyntheticStream.h264, into: &output)
        }
    }

    @Test func `segments begin with tables and clock, and join without a seam`() throws {
        let clip = Clip(keyframeSeconds: 1, audio: try aac(), seconds: 6)
        var writer = try TransportStreamWriter(clip.formats)
        var segments = [ByteWriter()]
        for source in clip.samples() {
            if source.sample.isKeyframe, source.sample.track == 0, source.sample.decodeTime > .zero
            {
                writer.flush(into: &segments[segments.count - 1])
                segments.append(ByteWriter())
            }
            try writer.write(
                source.sample, payload: source.payload.span.bytes,
                into: &segments[segments.count - 1])
        }
        writer.flush(into: &segments[segments.count - 1])
        #expect(segments.count == 6)
        for segment in segments {
            #expect(check(segment.bytes).count() == 0)
            #expect(segment.bytes[1] == 0x40 && segment.bytes[2] == 0, "tables first")
        }
        #expect(check(segments.flatMap(\.bytes)).count() == 0)
    }
}
