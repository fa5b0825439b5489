import Camera
import Codecs
import Muxer
import RTP
import Testing
import Timing

@testable import Recording

/// Frames of a source that pauses, and whose wall clock is set, in virtual time.
@Suite struct FrameRecorderTests {
    private static let stream = StampedStream()

    private static func recorder(
        _ options: RecordingOptions = RecordingOptions()
    ) -> FrameRecorder {
        let clock = ClockMap(instant: stream.start, unixNanoseconds: 0)
        var recorder = FrameRecorder(options: options, clock: clock)
        recorder.begin(
            picture: StampedStream.format, sound: .opus(channelCount: 2), at: stream.start)
        return recorder
    }

    /// What became of files, the statistics last told, and the headers of the indexes.
    private struct Seen {
        var events: [String] = []
        var statistics = RecordingStatistics()
        var headers: [IndexHeader] = []

        mutating func take(_ recorder: inout FrameRecorder) {
            while let event = recorder.nextEvent() {
                switch event {
                case .began: events.append("began")
                case .finished: events.append("finished")
                case .stalled(let isStalled): events.append(isStalled ? "stalled" : "flows")
                case .data(let chunk, let statistics):
                    self.statistics = statistics
                    if let header = chunk.header { headers.append(header) }
                case .connected, .counted, .leftOut, .interrupted, .note: continue
                }
            }
        }
    }

    /// Pictures, 25 a second, in `pictures`, and sound of 20 ms in `sound`; both in milliseconds.
    private static func send(
        pictures: [Range<Int>], sound: Range<Int> = 0..<0, from start: Int = 0, until end: Int,
        to recorder: inout FrameRecorder, _ seen: inout Seen
    ) {
        for milliseconds in stride(from: start, to: end, by: 20) {
            let time = Interval.milliseconds(Int64(milliseconds))
            let now = stream.start + time
            _ = recorder.advance(to: now)
            if milliseconds % 40 == 0, pictures.contains(where: { $0.contains(milliseconds) }) {
                recorder.write(stream.picture(milliseconds / 40), time: time, at: now)
            }
            if sound.contains(milliseconds) {
                let frame = AudioFrame(
                    timestamp: Int64(milliseconds * 48), arrival: now, bytes: [0xFC, 1, 2, 3])
                recorder.write(frame, time: time, isAlone: false, at: now)
            }
            seen.take(&recorder)
        }
    }

    @Test func `sound is written on while pictures pause`() {
        var recorder = Self.recorder()
        var seen = Seen()
        Self.send(
            pictures: [0..<5000, 60_000..<65_000], sound: 0..<65_000, until: 65_000, to: &recorder,
            &seen)
        #expect(seen.events == ["began", "stalled", "flows"])
        #expect(seen.statistics.receivedAudioFrames == 3250)
        #expect(seen.statistics.audioFrames == 3250 && seen.statistics.droppedFrames == 0)
        #expect(seen.statistics.audioSamples == 3250 * 960)
        #expect(seen.statistics.videoFrames == 250)
    }

    @Test func `a file ends ten seconds after the last of its tracks`() {
        var recorder = Self.recorder()
        var seen = Seen()
        Self.send(pictures: [0..<5000], sound: 0..<30_000, until: 39_900, to: &recorder, &seen)
        #expect(seen.events == ["began", "stalled"])
        _ = recorder.advance(to: Self.stream.start + .milliseconds(39_980))
        seen.take(&recorder)
        #expect(seen.events.last == "finished")
    }

    @Test(arguments: [Container.fmp4, .mp4])
    func `what has been gathered is written when nothing comes behind it, and the file goes on`(
        container: Container
    ) throws {
        var options = RecordingOptions()
        options.container = container
        var recorder = Self.recorder(options)
        var seen = Seen()
        Self.send(pictures: [0..<1_100], until: 1_100, to: &recorder, &seen)
        let written = seen.statistics.writtenBytes
        let deadline = recorder.nextDeadline
        let due = try #require(deadline)
        #expect(due == Self.stream.start + .milliseconds(1_080 + 200))
        _ = recorder.advance(to: due)
        seen.take(&recorder)
        #expect(seen.statistics.writtenBytes > written)
        let later = recorder.nextDeadline
        #expect(try #require(later) > due + .seconds(1), "once")
        Self.send(
            pictures: [2_000..<3_000], from: 2_000, until: 3_000, to: &recorder, &seen)
        recorder.finish()
        seen.take(&recorder)
        #expect(seen.events == ["began", "finished"] && seen.statistics.videoFrames == 53)
    }

    @Test func `what came and is in no file is told of at the end`() {
        var recorder = Self.recorder()
        recorder.limit(to: .nothing)
        for number in 0..<10 {
            let time = Self.stream.time(number)
            recorder.write(Self.stream.picture(number), time: time, at: Self.stream.start + time)
        }
        recorder.foreignPacketArrived()
        recorder.finish()
        var counts: [RecordingStatistics] = []
        while let event = recorder.nextEvent() {
            if case .counted(let statistics) = event { counts.append(statistics) }
        }
        #expect(counts.map(\.receivedVideoFrames) == [10], "once")
        #expect(counts.first?.foreignPackets == 1 && counts.first?.withheldFrames == 1)
    }

    @Test func `what came before the first key frame is counted with it, of each connection`() {
        var recorder = Self.recorder()
        for _ in 0..<2 {
            recorder.count(SourceStatistics(), at: Self.stream.start)
            let soon = Self.stream.start + .milliseconds(100)
            let isDueBefore = recorder.isCountDue(at: soon)
            recorder.write(Self.stream.picture(0), time: .zero, at: soon)
            let isDueWithIt = recorder.isCountDue(at: soon)
            #expect(!isDueBefore && isDueWithIt, "else once a second")
            var source = SourceStatistics()
            source.earlyFrames = 7
            recorder.count(source, at: soon)
            var told: UInt64 = 0
            while let event = recorder.nextEvent() {
                if case .counted(let statistics) = event { told = statistics[.framesEarly] }
            }
            #expect(told == 7)
            recorder.write(Self.stream.picture(0), time: .seconds(1), at: soon)
            let isDueBehind = recorder.isCountDue(at: soon)
            #expect(!isDueBehind, "there are no more")
            recorder.begin(
                picture: StampedStream.format, sound: nil, at: Self.stream.start)
        }
    }

    @Test func `files are dated by the wall clock as it was last told; one keeps to its own`() {
        var options = RecordingOptions()
        options.limits.duration = .seconds(4)
        var recorder = Self.recorder(options)
        var seen = Seen()
        for (hours, start) in [0, 2_500, 6_500].enumerated() {
            recorder.follow(
                ClockMap(
                    instant: Self.stream.start,
                    unixNanoseconds: Int64(hours) * 3_600_000_000_000))
            Self.send(
                pictures: [0..<10_000], from: start, until: [2_500, 6_500, 7_500][hours],
                to: &recorder, &seen)
        }
        #expect(seen.headers.map { $0.wallClock / 3_600_000_000_000 } == [0, 1])
    }
}
