import Codecs
import Testing
import Timing
import Wire

@testable import Muxer

@Suite struct SegmentWriterTests {
    struct Recording {
        var files: [[UInt8]] = []
        var outcomes: [SegmentWriter.Outcome] = []
        var awaited = 0
    }

    static func record(
        _ samples: [SourceSample], _ formats: [TrackFormat], _ container: Container,
        _ limits: SegmentLimits = SegmentLimits()
    ) throws -> Recording {
        var writer = try SegmentWriter(formats, container: container, limits: limits)
        var recording = Recording()
        var output = ByteWriter()
        for sample in samples {
            let payload = sample.payload.span.bytes
            let outcome = try writer.write(sample.sample, payload: payload, into: &output)
            if case .began(let offset) = outcome {
                if recording.files.isEmpty {
                    #expect(offset == 0)
                } else {
                    recording.files[recording.files.count - 1] += output.bytes[..<offset]
                }
                output.removeFirst(offset)
                recording.files.append([])
            }
            if recording.files.isEmpty {
                #expect(output.count == 0)
            } else {
                recording.files[recording.files.count - 1] += output.bytes
            }
            output.removeAll()
            recording.outcomes.append(outcome)
        }
        writer.end(into: &output)
        if !recording.files.isEmpty { recording.files[recording.files.count - 1] += output.bytes }
        #expect(writer.segments == recording.files.count)
        recording.awaited = writer.awaitedSamples
        return recording
    }

    /// The octets of every sample of a track, file after file.
    static func payloads(
        _ files: [[UInt8]], _ container: Container, track: Int
    ) throws -> [[UInt8]] {
        switch container {
        case .mpegts:
            return files.flatMap(demux).filter { $0.pid == 0x100 + UInt16(track) }.map(\.payload)
        case .fmp4, .mp4, .webm:
            return try files.flatMap { try #require(movieSamples(of: $0)) }
                .filter { $0.track == track + 1 }.map(\.payload)
        }
    }

    @Test(arguments: [
        (Container.mpegts, 2), (.fmp4, 1),
    ])
    func `a file whose times would come round in it ends before`(
        container: Container, fileCount: Int
    ) throws {
        // A picture a minute, all of them key frames, for thirty hours.
        let clip = Clip(framesPerSecond: 1, videoBitrate: 800, keyframeSeconds: 1, seconds: 1800)
        let samples = clip.samples().enumerated().map { number, sample in
            var sample = sample
            sample.sample.presentationTime = .seconds(Int64(number) * 60)
            sample.sample.decodeTime = .seconds(Int64(number) * 60)
            return sample
        }
        let recording = try Self.record(samples, clip.formats, container)
        #expect(recording.files.count == fileCount)
        let begun = recording.outcomes.indices.filter {
            if case .began = recording.outcomes[$0] { true } else { false }
        }
        #expect(begun == [0, 24 * 60].prefix(fileCount).map(\.self))
    }

    @Test(arguments: SegmentPartsTests.containers)
    func `hundreds of cuts lose no sample and double none`(container: Container) throws {
        var clip = Clip(framesPerSecond: 10, videoBitrate: 40_000, keyframeSeconds: 1, seconds: 300)
        clip.audio = .opus(channelCount: 2)
        clip.audioBitrate = 16_000
        let samples = clip.samples()
        let limits = SegmentLimits(duration: .seconds(1))
        let recording = try Self.record(samples, clip.formats, container, limits)
        #expect(recording.files.count == 300)
        #expect(recording.awaited == 0)
        let pictures = samples.filter { $0.sample.track == 0 }
        let sound = samples.filter { $0.sample.track == 1 }.map(\.payload)
        let found = try Self.payloads(recording.files, container, track: 0)
        let heard = try Self.payloads(recording.files, container, track: 1)
        switch container {
        case .mpegts:
            #expect(found == pictures.map(TransportStreamWriterTests.expected))
            var framed: [UInt8] = []
            for packet in sound { framed += [0x7F, 0xE0, UInt8(packet.count)] + packet }
            #expect(heard.flatMap(\.self) == framed)
            for file in recording.files { #expect(check(file).count() == 0) }
        case .fmp4, .mp4, .webm:
            #expect(found == pictures.map(\.payload))
            #expect(heard == sound)
        }
    }

    @Test(arguments: SegmentPartsTests.containers)
    func `a file begins with a key frame; what comes before is left out`(
        container: Container
    ) throws {
        let clip = Clip(audio: try aac(), seconds: 4)
        let samples = Array(clip.samples().dropFirst(10))
        let recording = try Self.record(samples, clip.formats, container)
        let first = try #require(
            samples.firstIndex { $0.sample.track == 0 && $0.sample.isKeyframe })
        #expect(recording.awaited == first)
        #expect(recording.outcomes[first] == .began(at: 0))
        #expect(recording.outcomes[(first + 1)...].allSatisfy { $0 == .written })
        #expect(recording.files.count == 1)
    }

    @Test func `files end by their octets as well`() throws {
        let clip = Clip(keyframeSeconds: 1, seconds: 8)
        let limits = SegmentLimits(byteCount: 600_000)
        let recording = try Self.record(clip.samples(), clip.formats, .mpegts, limits)
        #expect(recording.files.count == 3)
        #expect(recording.files.allSatisfy { $0.count < 900_000 })
    }

    @Test func `MP4 learns the parameter sets, and begins a file where they change`() throws {
        let other = hexadecimal("674d4016eca05017fcb80880000003008000000f078b16cb")
        let bare = TrackFormat.h264(parameterSets: [], framing: SyntheticStream.lengths)
        var samples = Clip(keyframeSeconds: 1, seconds: 4).samples()
        for index in samples.indices where samples[index].sample.isKeyframe {
            let isLater = samples[index].sample.decodeTime >= .seconds(2)
            let sets = [isLater ? other : SyntheticStream.sps, SyntheticStream.pps]
            samples[index].payload =
                sets.flatMap { SyntheticStream.framed($0, SyntheticStream.lengths) }
                + samples[index].payload
        }
        let recording = try Self.record(samples, [bare], .fmp4)
        #expect(recording.files.count == 2)
        #expect(recording.awaited == 0)
        let found = try Self.payloads(recording.files, .fmp4, track: 0)
        #expect(found == samples.map(\.payload))
    }

    @Test func `MP4 waits for a key frame when time has gone back`() throws {
        let samples = Clip(keyframeSeconds: 1, seconds: 4).samples().map { source in
            var moved = source
            if source.sample.decodeTime > .milliseconds(2_500) {
                moved.sample.decodeTime = source.sample.decodeTime - .seconds(100)
                moved.sample.presentationTime = moved.sample.decodeTime
            }
            return moved
        }
        let recording = try Self.record(samples, [SyntheticStream.h264], .fmp4)
        #expect(recording.files.count == 2)
        #expect(recording.awaited == 14, "up to the next key frame")
    }

    @Test func `sound alone begins anywhere`() throws {
        let clip = Clip(audio: try aac(), seconds: 5)
        let samples = clip.samples().filter { $0.sample.track == 1 }.map {
            SourceSample(sample: Sample(track: 0, time: $0.sample.decodeTime), payload: $0.payload)
        }
        for container in SegmentPartsTests.containers {
            let limits = SegmentLimits(duration: .seconds(1))
            let recording = try Self.record(samples, [try aac()], container, limits)
            #expect(recording.files.count == 5)
        }
    }

    @Test func `a recording of nothing is refused at once`() {
        #expect(throws: MuxerError.trackCount(0)) { _ = try SegmentWriter([], container: .mpegts) }
    }
}
