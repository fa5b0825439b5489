import Codecs
import Muxer
import RTP
import Testing
import Timing

@testable import Recording

/// Wall clocks that are set, sound and times: what is told of a recording is what it was.
@Suite struct RecordingFiguresTests {
    @Test(arguments: [Int64(3600), -3600])
    func `a wall clock that is set moves the cuts, and stops none`(seconds: Int64) throws {
        let stream = StampedStream()
        var recording = try StreamRecording(
            picture: StampedStream.format, sound: nil,
            options: RecordingOptions(alignment: .seconds(10)),
            clock: ClockMap(instant: stream.start, unixNanoseconds: 1_700_000_000_000_000_000))
        var written = WrittenFiles()
        for number in 0..<(25 * 60) {
            if number == 25 * 33 {
                recording.follow(
                    ClockMap(
                        instant: stream.start,
                        unixNanoseconds: (1_700_000_003 + seconds) * 1_000_000_000))
            }
            recording.write(stream.picture(number), time: stream.time(number))
            written.take(&recording)
        }
        let starts = written.files.compactMap { $0.parts.first?.start.nanoseconds }
            .map { $0 / 1_000_000_000 }
        let first: [Int64] = [0, 10, 20, 30]
        // Set on, the multiple that was aimed at is past at once.
        #expect(starts == first + (seconds > 0 ? [33] : []) + [37, 47, 57])
    }

    @Test func `sound is counted in samples, and times that were moved are counted`() throws {
        for container in [Container.mpegts, .fmp4] {
            let stream = StampedStream()
            var options = RecordingOptions(container: container)
            options.limits.duration = .seconds(2)
            var recording = try StreamRecording(
                picture: StampedStream.format,
                sound: .opus(channelCount: 2), options: options,
                clock: ClockMap(instant: stream.start, unixNanoseconds: 0))
            var written = WrittenFiles()
            for number in 0..<125 {
                // Each tenth picture stands at the time of the one before.
                let shown = number % 10 == 4 ? number - 1 : number
                recording.write(stream.picture(number), time: stream.time(shown))
                let frame = AudioFrame(
                    timestamp: 0, arrival: stream.start,
                    bytes: [0xFC] + [UInt8](repeating: 1, count: 40))
                recording.write(frame, time: stream.time(number))
                written.take(&recording)
            }
            recording.finish()
            var last = RecordingStatistics()
            while let event = recording.nextEvent() {
                if case .finished(let statistics) = event { last = statistics }
            }
            #expect(written.files.count == 3)
            #expect(last.audioFrames == 125 && last.audioSamples == 125 * 960)
            #expect(last.correctedTimes == 13, "\(container), over all files")
        }
    }
}
