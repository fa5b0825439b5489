import Codecs
import Testing
import Timing
import Wire

@testable import Muxer

@Suite struct TransportStreamWriterTests {
    static let clip = Clip(audio: .opus(channelCount: 2), seconds: 3)

    /// What the stream must hold for a picture: delimiter, sets before key frames, start codes.
    static func expected(_ source: SourceSample) -> [UInt8] {
        var units: [[UInt8]] = [[9, 0xF0]]
        if source.sample.isKeyframe { units += [SyntheticStream.sps, SyntheticStream.pps] }
        var walk = NALUnits(source.payload.span.bytes, framing: SyntheticStream.lengths)
        while let unit = walk.next() { units.append(unit.withUnsafeBytes { Array($0) }) }
        return units.flatMap { [0, 0, 0, 1] + $0 }
    }

    @Test func `pictures come out as they went in, with delimiters and parameter sets`() throws {
        let samples = Self.clip.samples().filter { $0.sample.track == 0 }
        let units = demux(try mux(samples, [SyntheticStream.h264]).bytes)
        #expect(units.count == samples.count)
        for (unit, source) in zip(units, samples) {
            #expect(unit.payload == Self.expected(source))
            #expect(unit.isRandomAccess == source.sample.isKeyframe)
            let lead = Interval.milliseconds(350)
            #expect(unit.presentationStamp == UInt64((source.sample.decodeTime + lead).ticks90))
            #expect(unit.decodeStamp == unit.presentationStamp)
        }
    }

    @Test func `both framings give the same stream`() throws {
        let samples = Self.clip.samples().filter { $0.sample.track == 0 }
        let converted = samples.map { source in
            var walk = NALUnits(source.payload.span.bytes, framing: SyntheticStream.lengths)
            var bytes: [UInt8] = []
            while let unit = walk.next() {
                bytes += unit.withUnsafeBytes { SyntheticStream.framed(Array($0), .startCodes) }
            }
            return SourceSample(sample: source.sample, payload: bytes)
        }
        let sets = [SyntheticStream.sps, SyntheticStream.pps]
        let format = TrackFormat.h264(parameterSets: sets, framing: .startCodes)
        #expect(try mux(converted, [format]).bytes == mux(samples, [SyntheticStream.h264]).bytes)
    }

    @Test func `a delimiter that is there stays, and is not doubled`() throws {
        for framing in [NALUnitFraming.startCodes, SyntheticStream.lengths] {
            let units: [[UInt8]] = [
                [9, 0x10], SyntheticStream.sps, SyntheticStream.pps, [0x65, 1],
            ]
            let payload = units.flatMap { SyntheticStream.framed($0, framing) }
            let format = TrackFormat.h264(parameterSets: [], framing: framing)
            let source = SourceSample(sample: Sample(track: 0, time: .zero), payload: payload)
            let muxed = demux(try mux([source], [format]).bytes)
            #expect(muxed.map(\.payload) == [units.flatMap { [0, 0, 0, 1] + $0 }])
        }
    }

    @Test func `sets heard in the stream stand before later key frames, the newest of each`() throws
    {
        var source = SyntheticStream(seed: 3)
        let newer: [UInt8] = [0x68, 0xCE, 0x3C, 0x81]
        let framing = SyntheticStream.lengths
        let pictures = [
            source.picture(
                isKeyframe: true, byteCount: 100, framing: framing,
                sets: [SyntheticStream.sps, SyntheticStream.pps]),
            source.picture(isKeyframe: false, byteCount: 100, framing: framing, sets: [newer]),
            source.picture(isKeyframe: true, byteCount: 100, framing: framing),
        ]
        let samples = pictures.enumerated().map { index, payload in
            SourceSample(
                sample: Sample(
                    track: 0, time: .milliseconds(Int64(index) * 40), isKeyframe: index != 1),
                payload: payload)
        }
        let format = TrackFormat.h264(parameterSets: [], framing: framing)
        let last = try #require(demux(try mux(samples, [format]).bytes).last)
        let head = [[9, 0xF0], SyntheticStream.sps, newer].flatMap { [0, 0, 0, 1] + $0 }
        #expect(last.payload.starts(with: head))
    }

    @Test func `Opus packets stay whole behind their control headers`() throws {
        let samples = Self.clip.samples().filter { $0.sample.track == 1 }
        let units = demux(try mux(Self.clip.samples(), Self.clip.formats).bytes)
            .filter { $0.pid == 0x101 }
        var expected: [UInt8] = []
        for source in samples {
            let (full, rest) = source.payload.count.quotientAndRemainder(dividingBy: 255)
            expected += [0x7F, 0xE0]
            expected += [UInt8](repeating: 255, count: full) + [UInt8(rest)]
            expected += source.payload
        }
        #expect(units.flatMap(\.payload) == expected)
        for unit in units { #expect(unit.payload.starts(with: [0x7F, 0xE0])) }
        #expect(units.count <= 3 * 6, "packed, not one by one")
    }

    @Test func `AAC is cut where packets end, and each time is that of the first frame begun`()
        throws
    {
        var clip = Self.clip
        clip.audio = try aac(44_100)
        let samples = clip.samples().filter { $0.sample.track == 1 }
        let units = demux(try mux(clip.samples(), clip.formats).bytes).filter { $0.pid == 0x101 }
        var starts: [Int: Interval] = [:]
        var stream: [UInt8] = []
        for source in samples {
            starts[stream.count] = source.sample.decodeTime
            guard case .aac(let configuration) = clip.audio else { return }
            var writer = ByteWriter()
            ADTSHeader(configuration, payloadByteCount: source.payload.count)?.write(to: &writer)
            stream += writer.bytes + source.payload
        }
        #expect(units.flatMap(\.payload) == stream)
        var offset = 0
        for unit in units {
            let end = offset + unit.payload.count
            let first = (offset..<end).first { starts[$0] != nil }.flatMap { starts[$0] }
            let lead = Interval.milliseconds(350)
            #expect(unit.presentationStamp == first.map { UInt64(($0 + lead).ticks90) })
            if end < stream.count { #expect((unit.payload.count + 14) % 184 == 0, "no stuffing") }
            offset = end
        }
    }

    @Test func `a gap in the audio is no audio`() throws {
        var clip = Clip(audio: try aac(), seconds: 4)
        clip.framesPerSecond = 25
        let samples = clip.samples().filter { source in
            let time = source.sample.decodeTime
            return source.sample.track == 0 || time < .seconds(1) || time > .milliseconds(1_500)
        }
        let (bytes, _, _) = try mux(samples, clip.formats)
        let resumed = try #require(
            samples.first { $0.sample.track == 1 && $0.sample.decodeTime > .seconds(1) })
        let stamps = demux(bytes).filter { $0.pid == 0x101 }.compactMap(\.presentationStamp)
        let lead = Interval.milliseconds(350)
        #expect(stamps.contains(UInt64((resumed.sample.decodeTime + lead).ticks90)))
        let checker = check(bytes)
        #expect(checker.count() == 0, "\(checker.findings)")
    }

    @Test func `what is refused is named, and nothing of it is written`() throws {
        var writer = try TransportStreamWriter([SyntheticStream.h264, .opus(channelCount: 2)])
        var output = ByteWriter()
        func refusal(_ track: Int, _ payload: [UInt8]) -> MuxerError? {
            do throws(MuxerError) {
                let sample = Sample(track: track, time: .zero)
                try writer.write(sample, payload: payload.span.bytes, into: &output)
                return nil
            } catch { return error }
        }
        #expect(refusal(2, [1]) == .noSuchTrack(2))
        #expect(refusal(0, []) == .emptySample(track: 0))
        #expect(refusal(0, [0, 0, 0, 9, 1]) == .malformedSample(track: 0))
        #expect(refusal(1, [0xFF]) == .malformedSample(track: 1))
        #expect(output.count == 0)
        #expect(throws: MuxerError.trackCount(0)) { _ = try TransportStreamWriter([]) }
        #expect(throws: MuxerError.unsupportedFormat(track: 0)) {
            _ = try TransportStreamWriter([.opus(channelCount: 9)])
        }
    }

    @Test func `time that has jumped behind a pause is announced`() throws {
        let clip = Clip(keyframeSeconds: 1, audio: try aac(), seconds: 2)
        var writer = try TransportStreamWriter(clip.formats)
        var output = ByteWriter()
        for later in [Interval.zero, .seconds(3_600)] {
            for source in clip.samples() {
                var sample = source.sample
                sample.decodeTime = sample.decodeTime + later
                sample.presentationTime = sample.presentationTime + later
                try writer.write(sample, payload: source.payload.span.bytes, into: &output)
            }
            writer.flush(into: &output)
        }
        #expect(writer.statistics.discontinuities == 1)
        #expect(check(output.bytes).findings == [])
    }
}
