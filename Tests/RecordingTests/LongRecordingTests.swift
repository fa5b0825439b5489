import Codecs
import Muxer
import RTP
import Testing
import Timing

@testable import Recording

/// A day of recording in virtual time: what it keeps in memory does not grow.
@Suite struct LongRecordingTests {
    @Test(arguments: [Container.mpegts, .fmp4])
    func `a day takes less than 10 MB of memory, and no more than its first hour`(
        container: Container
    ) throws {
        let stream = StampedStream(framesPerSecond: 1, keyframeEvery: 2, byteCount: 60)
        let live = LiveIndex(container)
        let queue = WaitingOctets()
        var recording = try StreamRecording(
            picture: StampedStream.format, sound: nil,
            options: RecordingOptions(container: container),
            clock: ClockMap(instant: Instant(nanoseconds: 0), unixNanoseconds: 0))
        var (written, afterAnHour, mostWaiting): (UInt64, Int, Int) = (0, 0, 0)
        for number in 0..<(24 * 3600 / 10) {
            recording.write(stream.picture(number), time: stream.time(number * 10))
            while let event = recording.nextEvent() {
                guard case .data(let chunk, _) = event else { continue }
                guard queue.reserve(chunk.byteCount) else { continue }
                mostWaiting = max(mostWaiting, queue.count)
                written += UInt64(chunk.bytes.count)
                live.wrote(chunk, byteCount: written)
                queue.release(chunk.byteCount)
            }
            if number == 360 { afterAnHour = Self.octets(live, recording.retainedBytes) }
        }
        let afterADay = Self.octets(live, recording.retainedBytes)
        #expect(live.snapshot.partCount >= 24 * 360 - 1)
        #expect(mostWaiting < 65_536 && !queue.isOver)
        #expect(afterADay < 4_000_000)
        #expect(afterADay - afterAnHour < 3_000_000, "spans, 40 octets for two seconds")
    }

    @Test func `who records for months begins another file before any of it is joined`() throws {
        // A span is of two seconds at least: each picture is one.
        let stream = StampedStream(framesPerSecond: 1, keyframeEvery: 1, byteCount: 24)
        var recording = try StreamRecording(
            picture: StampedStream.format, sound: nil, options: RecordingOptions(),
            clock: ClockMap(instant: Instant(nanoseconds: 0), unixNanoseconds: 0))
        #expect(recording.spanLimit < LiveIndex.spanLimit * 9 / 10)
        recording.spanLimit = 500
        var (files, finished, most) = ([Int](), 0, 0)
        for number in 0..<1010 {
            recording.write(stream.picture(number), time: .seconds(Int64(number) * 2))
            while let event = recording.nextEvent() {
                switch event {
                case .began: files.append(0)
                case .data(let chunk, _): files[files.count - 1] += chunk.parts.count
                case .finished: finished += 1
                case .connected, .counted, .stalled, .leftOut, .interrupted, .note: continue
                }
            }
            most = max(most, files.last ?? 0)
        }
        #expect(files.count == 3 && finished == 2)
        #expect((500...502).contains(most) && recording.statistics.videoFrames == 1010)
    }

    private static func octets(_ live: LiveIndex, _ retained: Int) -> Int {
        let snapshot = live.snapshot
        return retained
            + MemoryLayout<IndexedPart>.stride * (snapshot.parts.count + snapshot.spans.count)
    }
}
