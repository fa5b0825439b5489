import Codecs
import Muxer
import RTP
import Testing
import Timing
import Wire

@testable import Recording

/// Frames of a source on their way into files, in virtual time.
@Suite struct StreamRecordingTests {
    private static let clock = ClockMap(
        instant: Instant(nanoseconds: 1_000_000_000_000),
        unixNanoseconds: 1_700_000_000_000_000_000)

    private static func recording(
        _ options: RecordingOptions, picture: TrackFormat = StampedStream.format,
        sound: TrackFormat? = nil
    ) throws -> StreamRecording {
        try StreamRecording(picture: picture, sound: sound, options: options, clock: clock)
    }

    enum Cut: CaseIterable {
        case time, octets, clock

        var options: RecordingOptions {
            var options = RecordingOptions()
            switch self {
            case .time: options.limits.duration = .milliseconds(200)
            case .octets: options.limits.byteCount = 1
            case .clock: options.alignment = .milliseconds(200)
            }
            return options
        }
    }

    @Test(arguments: Container.allCases, Cut.allCases)
    func `ten thousand cuts lose no frame and double none`(container: Container, cut: Cut) throws {
        let stream = StampedStream(
            framesPerSecond: 10, keyframeEvery: 2, byteCount: 24, container: container)
        var options = cut.options
        options.container = container
        var recording = try Self.recording(options, picture: stream.format)
        var written = WrittenFiles()
        var (number, next, seen) = (0, 0, 0)
        while next < 10_000 {
            recording.write(stream.picture(number), time: stream.time(number))
            number += 1
            written.take(&recording)
            guard written.finished > next else { continue }
            let stamps = StampedStream.stamps(inFile: written.files[next].data, container)
            // What a part of MP4 has gathered is counted when it is written, one key frame later.
            try #require(stamps.count == 2 || cut == .octets && stamps.count == 4)
            try #require(stamps == Array(seen..<seen + stamps.count))
            let first = try #require(written.files[next].parts.first)
            try #require(first.isIndependent && first.start == stream.time(seen))
            seen += stamps.count
            written.files[next] = ([], [], [])
            next += 1
        }
        #expect(written.files.count == 10_001)
        #expect(recording.statistics.videoFrames == number)
        #expect(recording.statistics.droppedFrames == 0)
    }

    @Test(arguments: [Container.fmp4, .mp4])
    func `sound whose time goes back costs no picture, and every file is whole`(
        container: Container
    ) throws {
        let stream = StampedStream(container: container)
        var options = RecordingOptions()
        options.container = container
        var recording = try Self.recording(options, sound: .opus(channelCount: 2))
        var written = WrittenFiles()
        for number in 0..<100 {
            recording.write(stream.picture(number), time: stream.time(number))
            let back = number >= 30 ? Interval.milliseconds(1_500) : .zero
            let frame = AudioFrame(
                timestamp: 0, arrival: stream.start + stream.time(number), bytes: [0xFC, 1, 2, 3])
            recording.write(frame, time: stream.time(number) - back)
            written.take(&recording)
        }
        recording.finish()
        written.take(&recording)
        #expect(written.files.count == 2, "the next key frame begins another")
        var stamps: [Int] = []
        for file in written.files {
            #expect(file.data[4..<8].elementsEqual("ftyp".utf8))
            #expect((try? IndexReader(file.index.span.bytes)) != nil)
            stamps += StampedStream.stamps(inFile: file.data, container)
        }
        #expect(stamps == Array(0..<100))
        // A step back of less than a second is put right instead.
        #expect(recording.statistics.droppedFrames == 12)
    }

    @Test func `why a frame cannot be written is told once, and all are counted`() throws {
        let stream = StampedStream()
        var recording = try Self.recording(RecordingOptions())
        var notes: [String] = []
        for number in 0..<10 {
            var unit = stream.picture(number)
            if number % 3 == 1 { unit.bytes = [] }
            recording.write(unit, time: stream.time(number))
            while let event = recording.nextEvent() {
                if case .note(let text) = event { notes.append(text) }
            }
        }
        #expect(notes == ["a frame cannot be written: a sample of track 0 is empty"])
        #expect(recording.statistics.droppedFrames == 3 && recording.statistics.videoFrames == 7)
    }

    @Test(arguments: [Container.mpegts, .fmp4, .mp4])
    func `every octet of a file is in a part of its index`(container: Container) throws {
        let stream = StampedStream()
        var options = RecordingOptions(container: container)
        options.limits.duration = .seconds(3)
        var recording = try Self.recording(options)
        var written = WrittenFiles()
        for number in 0..<250 {
            recording.write(stream.picture(number), time: stream.time(number))
            written.take(&recording)
        }
        recording.finish()
        written.take(&recording)
        #expect(written.files.count == 4 && written.finished == 4 && written.headers == 4)
        for file in written.files {
            var reader = try IndexReader(file.index.span.bytes)
            let header = reader.header
            #expect(reader.readParts() == file.parts)
            #expect(header.container == container)
            #expect(header.wallClock == 1_700_000_000_000_000_000)
            var end = UInt64(header.headerByteCount)
            for part in file.parts {
                #expect(part.offset == end)
                end = part.end
            }
            #expect(end == UInt64(file.data.count))
            #expect(file.parts.allSatisfy { $0.duration <= .milliseconds(240) })
            #expect(file.parts.filter(\.isIndependent).count <= 3)
        }
    }

    @Test func `a file is cut where the wall clock comes to a multiple`() throws {
        let stream = StampedStream()
        let options = RecordingOptions(alignment: .seconds(60))
        var recording = try Self.recording(options)
        var written = WrittenFiles()
        // 1 700 000 000 is 20 s past a minute; a key frame comes each second.
        for number in 0..<(25 * 161) {
            recording.write(stream.picture(number), time: stream.time(number))
            written.take(&recording)
        }
        let starts = written.files.map { $0.parts.first?.start ?? .zero }
        #expect(starts == [.zero, .seconds(40), .seconds(100), .seconds(160)])
    }

    @Test
    func
        `a file that is cut on the clock is dated behind the multiple, however late its frames come`()
        throws
    {
        let stream = StampedStream()
        var recording = try StreamRecording(
            picture: StampedStream.format, sound: nil,
            options: RecordingOptions(alignment: .seconds(10)),
            // The first key frame is captured just before a multiple.
            clock: ClockMap(instant: stream.start, unixNanoseconds: 1_699_999_999_970_000_000))
        var written = WrittenFiles()
        for number in 0..<(25 * 61) {
            var unit = stream.picture(number)
            let late = number < 100 ? 0 : number % 25 == 0 ? 60 : 20
            unit.arrival = unit.arrival + .milliseconds(Int64(late))
            recording.write(unit, time: stream.time(number))
            written.take(&recording)
        }
        let starts = written.files.compactMap { $0.parts.first?.start }
        #expect(
            starts.dropFirst() == [
                .seconds(1), .seconds(11), .seconds(21), .seconds(31), .seconds(41), .seconds(51),
            ])
    }

    @Test func `where pictures are reordered it is dated by when its first one is decoded`() throws
    {
        let start = Instant(nanoseconds: 1_000_000_000_000)
        var recording = try StreamRecording(
            picture: StampedStream.format, sound: nil,
            options: RecordingOptions(alignment: .seconds(2)),
            // The fifth key frame is shown 20 ms behind a multiple, and decoded before it.
            clock: ClockMap(instant: start, unixNanoseconds: 1_700_000_000_100_000_000))
        var written = WrittenFiles()
        for (place, number) in (0..<40).flatMap({ group in
            [0, 3, 1, 2, 6, 4, 5, 9, 7, 8, 11, 10].map { group * 12 + $0 }
        }).enumerated() {
            let units =
                number % 12 == 0
                ? [PictureOrderTests.reordering, StampedStream.pps, [0x65, 1, 2, 3, 4]]
                : [[0x41, 1, 2, 3, 4]]
            var unit = AccessUnit(
                timestamp: Int64(number), arrival: start + .milliseconds(Int64(place) * 40),
                bytes: units.flatMap { [0, 0, 0, UInt8($0.count)] + $0 })
            unit.isKeyframe = number % 12 == 0
            recording.write(unit, time: .milliseconds(Int64(number) * 40))
            written.take(&recording)
        }
        #expect(written.files.count > 8)
        for file in written.files.dropFirst() {
            let header = try IndexReader(file.index.span.bytes).header
            let date = try #require(file.parts.first.flatMap { header.date(at: $0.start) })
            // A key frame comes each 480 ms.
            #expect((0..<480_000_000).contains(date.nanoseconds % 2_000_000_000), "\(date)")
        }
    }

    @Test func `pictures before the first key frame are counted, not written`() throws {
        let stream = StampedStream()
        var recording = try Self.recording(RecordingOptions())
        var written = WrittenFiles()
        for number in 20..<50 {
            recording.write(stream.picture(number), time: stream.time(number))
            written.take(&recording)
        }
        #expect(recording.statistics.earlyFrames == 5)
        #expect(recording.statistics.receivedVideoFrames == 30)
        #expect(recording.statistics.videoFrames == 25)
    }

    @Test func `on a disk that fills up key frames go on, then nothing, then all again`() throws {
        let stream = StampedStream()
        var recording = try Self.recording(RecordingOptions())
        var written = WrittenFiles()
        for number in 0..<200 {
            switch number {
            case 30: recording.limit(to: .keyframes)
            case 90: recording.limit(to: .nothing)
            case 140: recording.limit(to: .everything)
            default: break
            }
            recording.write(stream.picture(number), time: stream.time(number))
            written.take(&recording)
        }
        recording.finish()
        written.take(&recording)
        let stamps = written.files.map { StampedStream.stamps(inFile: $0.data, .mpegts) }
        #expect(stamps == [Array(0..<30) + [50, 75], Array(150..<200)])
        #expect(recording.statistics.withheldFrames == 118)
        #expect(written.finished == 2)
    }

    @Test func `every picture is handed out with the next one at the latest`() throws {
        let stream = StampedStream()
        var recording = try Self.recording(RecordingOptions())
        var written = WrittenFiles()
        for number in 0..<100 {
            recording.write(stream.picture(number), time: stream.time(number))
            written.take(&recording)
            let stamps = StampedStream.stamps(inFile: written.files[0].data, .mpegts)
            #expect(stamps.last == number)
        }
    }

    @Test func `a codec that the container cannot hold brings the nearest, and a line`() throws {
        let sound = TrackFormat.g711(isALaw: true, sampleRate: 8000, channelCount: 1)
        var recording = try Self.recording(RecordingOptions(), sound: sound)
        #expect(recording.container == .fmp4)
        let note = recording.nextEvent()
        #expect(
            note == .note("MPEG-TS cannot hold G.711 (track 1): fragmented MP4 can, and is written")
        )
        var pictures = try StreamRecording(
            picture: .vp8(nil), sound: .opus(channelCount: 2), options: RecordingOptions(),
            clock: Self.clock)
        #expect(pictures.container == .webm)
        guard case .note = pictures.nextEvent() else { return #expect(Bool(false)) }
    }
}
