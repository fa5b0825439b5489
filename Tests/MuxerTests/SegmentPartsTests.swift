import Codecs
import Testing
import Timing
import Wire

@testable import Muxer

/// What a recording's files are made of, as its indexes list it.
@Suite struct SegmentPartsTests {
    struct File {
        var bytes: [UInt8] = []
        var index: [UInt8] = []
        var parts: [IndexedPart] = []
    }

    static let containers = Container.allCases.filter { $0 != .webm }

    static func files(
        _ samples: [SourceSample], _ formats: [TrackFormat], _ container: Container,
        _ limits: SegmentLimits = SegmentLimits()
    ) throws -> [File] {
        var writer = try SegmentWriter(formats, container: container, limits: limits)
        writer.wallClock = 77
        var files: [File] = []
        var output = ByteWriter()
        func take(_ finished: [FinishedPart]) {
            for part in finished {
                files[part.segment].parts.append(part.part)
                files[part.segment].index += part.record
                #expect(part.part.end <= files[part.segment].bytes.count, "octets come first")
            }
        }
        for sample in samples {
            let payload = sample.payload.span.bytes
            let outcome = try writer.write(sample.sample, payload: payload, into: &output)
            if case .began(let offset) = outcome {
                if !files.isEmpty { files[files.count - 1].bytes += output.bytes[..<offset] }
                output.removeFirst(offset)
                files.append(File())
            }
            if !files.isEmpty { files[files.count - 1].bytes += output.bytes }
            output.removeAll()
            take(writer.takeParts())
        }
        writer.end(into: &output)
        files[files.count - 1].bytes += output.bytes
        take(writer.takeParts())
        return files
    }

    static func record(
        _ samples: [SourceSample], _ formats: [TrackFormat], _ container: Container
    ) throws -> File {
        try #require(try files(samples, formats, container).first)
    }

    @Test(arguments: Container.allCases, [1, 61])
    func `a last part of one picture lasts as long as a picture`(
        container: Container, count: Int
    ) throws {
        let clip = Clip(videoBitrate: 100_000, seconds: 3)
        let (source, formats) =
            container == .webm ? WebMTests.clip() : (clip.samples(), clip.formats)
        let pictures = source.filter { $0.sample.track == 0 }
        // The last one is a key frame, and stands alone behind a gap.
        var samples = Array(pictures.prefix(count))
        #expect(samples[count - 1].sample.isKeyframe)
        if count > 1 {
            let late = samples[count - 1].sample.decodeTime + .seconds(30)
            samples[count - 1].sample = Sample(track: 0, time: late, isKeyframe: true)
        }
        let file = try Self.record(samples, [formats[0]], container)
        let duration = try #require(file.parts.last?.duration)
        #expect(duration >= .milliseconds(33) && duration <= .milliseconds(40), "\(duration)")
    }

    @Test(arguments: containers)
    func `parts lie one behind the other, from the header to the file's end`(
        container: Container
    ) throws {
        var clip = Clip(keyframeSeconds: 1, audio: try aac(), seconds: 6)
        clip.start = .seconds(90_000)
        let limits = SegmentLimits(duration: .seconds(2))
        let files = try Self.files(clip.samples(), clip.formats, container, limits)
        try #require(files.count == 3)
        for file in files {
            let (header, parts, _) = try #require(IndexTests.read(file.index))
            #expect(parts == file.parts)
            #expect(header.container == container && header.wallClock == 77)
            #expect(header.formats == clip.formats)
            #expect(header.initialization == Array(file.bytes[..<header.headerByteCount]))
            #expect(parts[0].offset == UInt64(header.headerByteCount))
            for (part, next) in zip(parts, parts.dropFirst()) {
                #expect(part.end == next.offset)
                #expect(part.start + part.duration == next.start)
            }
            #expect(parts.last?.end == UInt64(file.bytes.count))
        }
    }

    @Test(arguments: containers)
    func `parts are about 200 ms, and one begins with each key frame`(
        container: Container
    ) throws {
        let clip = Clip(keyframeSeconds: 1, audio: try aac(), seconds: 4)
        let file = try Self.record(clip.samples(), clip.formats, container)
        #expect(file.parts.count(where: \.isIndependent) == 4)
        #expect(file.parts.allSatisfy { $0.duration <= .milliseconds(235) })
        #expect(file.parts.count <= 24)
    }

    @Test func `a part of a transport stream is whole packets, and begins where a decoder can`()
        throws
    {
        let clip = Clip(keyframeSeconds: 1, audio: .opus(channelCount: 2), seconds: 4)
        let samples = clip.samples()
        let file = try Self.record(samples, clip.formats, .mpegts)
        for part in file.parts {
            #expect(part.offset % 188 == 0 && part.byteCount % 188 == 0 && part.byteCount > 0)
        }
        for part in file.parts where part.isIndependent {
            let units = demux(Array(file.bytes[Int(part.offset)...]))
            let first = try #require(units.first { $0.pid == 0x100 })
            #expect(first.isRandomAccess)
            let time = (part.start + .milliseconds(350)).ticks90
            #expect(first.presentationStamp == TransportTime.wrapped(time))
        }
    }

    @Test(arguments: [7, 12, 15, 24, 25, 29, 50])
    func `a part begins with each key frame, whatever sound has begun one before it`(
        rate: Int
    ) throws {
        for audio in [try aac(), .opus(channelCount: 2)] {
            var clip = Clip(framesPerSecond: rate, keyframeSeconds: 1, audio: audio, seconds: 40)
            (clip.videoBitrate, clip.audioBitrate) = (40_000, 32_000)
            let file = try Self.record(clip.samples(), clip.formats, .mpegts)
            #expect(file.parts.count(where: \.isIndependent) == 40, "\(audio.name)")
            for (part, next) in zip(file.parts, file.parts.dropFirst()) {
                #expect(part.start + part.duration == next.start)
            }
        }
    }

    @Test(arguments: containers, [-1_300, -300, -100, 100, 300, 1_300])
    func `parts last as long as their pictures, however early or late sound is handed in`(
        container: Container, milliseconds: Int
    ) throws {
        let clip = Clip(keyframeSeconds: 1, audio: try aac(), seconds: 8)
        func handedIn(_ sample: Sample) -> Interval {
            let late = Interval.milliseconds(Int64(milliseconds))
            return sample.decodeTime + (sample.track == 1 ? late : .zero)
        }
        let samples = clip.samples().sorted { handedIn($0.sample) < handedIn($1.sample) }
        let file = try Self.record(samples, clip.formats, container)
        #expect(file.parts.allSatisfy { $0.duration <= .milliseconds(300) })
        let sum = file.parts.reduce(Interval.zero) { $0 + $1.duration }
        // Sound that comes last of all lasts beyond the pictures.
        let end = Interval.seconds(8) + .milliseconds(Int64(max(milliseconds, 0)))
        #expect(sum > .milliseconds(7_900) && sum < end + .milliseconds(250), "\(sum)")
        #expect(file.parts.count < 60, "\(file.parts.count)")
    }

    @Test func `a fragment behind the file's header is a file`() throws {
        let clip = Clip(keyframeSeconds: 1, audio: try aac(), seconds: 2)
        let file = try Self.record(clip.samples(), clip.formats, .mp4)
        let header = try #require(IndexTests.read(file.index)?.header.initialization)
        for part in file.parts {
            let bytes = file.bytes[Int(part.offset)..<Int(part.end)]
            #expect(movieSamples(of: header + bytes)?.isEmpty == false)
        }
    }

    @Test func `time that goes back ends a part of a transport stream`() throws {
        let samples = Clip(keyframeSeconds: 1, seconds: 2).samples().map { source in
            var moved = source
            if source.sample.decodeTime > .milliseconds(1_500) {
                moved.sample.decodeTime = source.sample.decodeTime - .seconds(100)
                moved.sample.presentationTime = moved.sample.decodeTime
            }
            return moved
        }
        let file = try Self.record(samples, [SyntheticStream.h264], .mpegts)
        #expect(file.parts.allSatisfy { $0.duration <= .milliseconds(235) })
        #expect(file.parts.contains { $0.start < .seconds(-90) })
    }
}
