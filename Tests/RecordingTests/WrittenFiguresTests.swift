import Muxer
import Testing
import Timing

@testable import Recording

/// What is called written has been taken by the disk, whatever has been handed to it.
@Suite struct WrittenFiguresTests {
    private static let start = Instant(nanoseconds: 1_000_000_000)

    private static func recording(_ disk: VirtualDisk) -> RunningRecording {
        let recording = RunningRecording(
            folder: "/r", name: "cam", disk: disk.door, clock: { 0 }, report: { _ in })
        recording.take(.began(.mpegts))
        return recording
    }

    /// Five pictures.
    private static func data(_ offset: UInt64, _ count: Int, isWhole: Bool = true) -> RecordingEvent
    {
        .data(chunk(at: offset, count, isWhole: isWhole, pictures: 5), RecordingStatistics())
    }

    @Test func `a disk that hangs takes nothing, and nothing counts as written`() throws {
        let disk = VirtualDisk(capacity: 2)
        var work = disk.work()
        let recording = Self.recording(disk)
        recording.take(Self.data(0, 1000))
        var progress = recording.progress.snapshot
        #expect(progress.totalFrames == 0 && progress.files.byteCount == 0, "it is only queued")
        #expect(progress.files.recorded == .zero)
        #expect(progress.disk.lastWritten == nil && progress.disk.waitingSince != nil)
        disk.perform(&work, at: Self.start)
        progress = recording.progress.snapshot
        #expect(progress.totalFrames == 5 && progress.files.byteCount == 1000)
        #expect(progress.disk.waitingBytes == 0 && progress.disk.waitingSince == nil)
        let written = try #require(progress.disk.lastWritten)
        for number in 1..<9 {
            recording.take(Self.data(UInt64(number) * 1000, 1000))
            progress = recording.progress.snapshot
            #expect(progress.totalFrames == 5 && progress.disk.lastWritten == written)
            #expect(
                progress.disk.unwrittenFrames == UInt64(max(number - 2, 0)) * 5, "two are queued")
        }
        #expect(progress.zeroPacketStreak(at: written + .seconds(7)) == 7)
        disk.perform(&work, at: Self.start)
        progress = recording.progress.snapshot
        #expect(progress.totalFrames == 15 && progress.disk.unwrittenFrames == 30)
    }

    @Test func `octets that are cut off again are in no file`() {
        let disk = VirtualDisk()
        var work = disk.work()
        let recording = Self.recording(disk)
        recording.take(Self.data(0, 1000))
        recording.take(Self.data(1000, 500, isWhole: false))
        disk.perform(&work, at: Self.start)
        #expect(recording.progress.snapshot.files.byteCount == 1500)
        disk.model.state.withLock { $0.callsToRefusal = 0 }
        recording.take(Self.data(1500, 500))
        recording.take(Self.data(2000, 500))
        disk.perform(&work, at: Self.start)
        let progress = recording.progress.snapshot
        #expect(progress.files.byteCount == 1000 && progress.disk.writtenBytes == 1500)
        #expect(progress.totalFrames == 10 && progress.disk.unwrittenFrames == 10)
        #expect(progress.files.recorded == .seconds(1))
        #expect(disk.model.bytes("/r/cam_19700101_000000.ts")?.count == 1000)
    }

    @Test(arguments: [Container.mpegts, .fmp4])
    func `chunks carry the frames that have gone into the file, all of them at its end`(
        container: Container
    ) throws {
        let stream = StampedStream()
        var recording = try StreamRecording(
            picture: StampedStream.format, sound: nil,
            options: RecordingOptions(container: container),
            clock: ClockMap(instant: stream.start, unixNanoseconds: 0))
        var frames = FrameCount()
        var chunks = 0
        func take() {
            while let event = recording.nextEvent() {
                guard case .data(let chunk, _) = event else { continue }
                frames.add(chunk.frames)
                chunks += 1
            }
        }
        for number in 0..<60 {
            recording.write(stream.picture(number), time: stream.time(number))
            take()
            #expect(
                frames.videoFrames <= UInt64(number + 1) && number - Int(frames.videoFrames) < 5)
        }
        recording.finish()
        take()
        #expect(frames.videoFrames == 60 && chunks > 10)
    }
}
