import Glibc
import Muxer
import Synchronization
import Testing
import Timing

@testable import Recording

/// A recording between its engine and the disk: what either is told of the other.
@Suite struct RunningRecordingTests {
    private static let start = Instant(nanoseconds: 1_000_000_000)

    /// What the engine was told, and what the log.
    private final class Told: Sendable {
        private let state = Mutex<(intakes: [RecordingIntake], reports: [RecordingReport])>(
            ([], []))
        var intakes: [RecordingIntake] { state.withLock { $0.intakes } }
        var reports: [RecordingReport] { state.withLock { $0.reports } }
        var lines: [String] { reports.map(\.message) }
        func note(_ intake: RecordingIntake) { state.withLock { $0.intakes.append(intake) } }
        func note(_ report: RecordingReport) { state.withLock { $0.reports.append(report) } }
    }

    private static func recording(
        _ disk: VirtualDisk, _ told: Told = Told(), queue: WaitingOctets = WaitingOctets()
    ) -> RunningRecording {
        let recording = RunningRecording(
            folder: "/r", name: "cam", disk: disk.door, queue: queue, clock: { 0 }
        ) { told.note($0) }
        recording.control { told.note($0) }
        return recording
    }

    private static func data(_ offset: UInt64, _ count: Int) -> RecordingEvent {
        .data(chunk(at: offset, count), RecordingStatistics())
    }

    @Test func `it has ended when its last file is whole, and not before`() async {
        let disk = VirtualDisk()
        var work = disk.work()
        let recording = Self.recording(disk)
        recording.take(.began(.mpegts))
        recording.take(Self.data(0, 1000))
        recording.take(.finished(RecordingStatistics()))
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await recording.finish() }
            for _ in 0..<1000 { await Task.yield() }
            #expect(recording.progress.snapshot.state == .recording, "nothing is written yet")
            disk.perform(&work, at: Self.start)
            await group.waitForAll()
        }
        let index = disk.model.bytes("/r/cam_19700101_000000.ts.index")
        #expect(index == [7] + ClosingMark.bytes)
        #expect(recording.progress.snapshot.state == .stopped)
    }

    @Test func `one whose engine's thread has ended is over for good, and its file whole`() async {
        let (disk, told) = (VirtualDisk(), Told())
        var work = disk.work()
        let recording = Self.recording(disk, told)
        recording.take(.began(.mpegts))
        recording.take(Self.data(0, 1000))
        recording.broke("epoll_wait: bad file descriptor")
        disk.perform(&work, at: Self.start)
        let progress = recording.progress.snapshot
        #expect(progress.state == .stopped && progress.files.byteCount == 1000)
        #expect(progress.lastFailure == "epoll_wait: bad file descriptor")
        #expect(told.reports == [.final("epoll_wait: bad file descriptor")])
        let index = disk.model.bytes("/r/cam_19700101_000000.ts.index")
        #expect(index == [7] + ClosingMark.bytes)
    }

    @Test func `why it waited is forgotten when it is recorded`() {
        let recording = Self.recording(VirtualDisk())
        recording.take(.interrupted(reason: "nobody", isFinal: false, isAwaited: true))
        #expect(recording.progress.snapshot.lastFailure == "nobody")
        recording.take(.began(.mpegts))
        #expect(recording.progress.snapshot.lastFailure == nil)
    }

    @Test func `who is awaited is news, once, and who goes away is a warning`() {
        let (told, news) = (Told(), Told())
        let recording = Self.recording(VirtualDisk(), told)
        recording.tellNews { news.note(.notice("\($0)")) }
        for _ in 0..<3 {
            recording.take(.interrupted(reason: "nobody", isFinal: false, isAwaited: true))
        }
        #expect(news.lines == ["waiting: nobody"] && told.lines.isEmpty)
        recording.take(.interrupted(reason: "gone", isFinal: false))
        #expect(news.lines.count == 1 && told.reports == [.trouble("gone")])
        recording.take(.interrupted(reason: "nobody", isFinal: false, isAwaited: true))
        #expect(news.lines.count == 2)
    }

    @Test func `why a source is away is told once, until that changes or it has been recorded`() {
        let told = Told()
        let recording = Self.recording(VirtualDisk(), told)
        for reason in ["refused", "refused", "no route", "no route", "refused"] {
            recording.take(.interrupted(reason: reason, isFinal: false))
            #expect(recording.progress.snapshot.lastFailure == reason)
        }
        #expect(told.lines == ["refused", "no route", "refused"])
        recording.take(.began(.mpegts))
        for _ in 0..<2 { recording.take(.interrupted(reason: "refused", isFinal: false)) }
        #expect(told.lines == ["refused", "no route", "refused", "refused"])
        recording.take(.interrupted(reason: "refused", isFinal: true))
        #expect(told.reports.last == .final("refused"), "the end is always told")
    }

    @Test func `who is awaited is missed from when they come, not from when they were awaited`() {
        let disk = VirtualDisk()
        let recording = Self.recording(disk)
        let begun = Instant.now()
        func streak(after seconds: Int64) -> Int {
            recording.progress.snapshot.zeroPacketStreak(at: begun + .seconds(seconds))
        }
        #expect(streak(after: 60) >= 59)
        recording.take(.interrupted(reason: "nobody", isFinal: false, isAwaited: true))
        #expect(streak(after: 3600) == 0)
        #expect(recording.progress.snapshot.condition == .waiting)
        recording.take(.connected(at: begun + .seconds(3600)))
        #expect(streak(after: 3600) == 0 && streak(after: 3612) == 12)
        recording.take(.interrupted(reason: "gone", isFinal: false))
        #expect(streak(after: 3620) == 20, "it was there")
    }

    @Test func `a file that is being closed still counts as growing`() {
        let disk = VirtualDisk()
        var work = disk.work()
        let recording = Self.recording(disk)
        recording.take(.began(.mpegts))
        recording.take(Self.data(0, 1000))
        let first = recording.live
        recording.take(.finished(RecordingStatistics()))
        recording.take(.began(.mpegts))
        #expect(recording.growing.contains { $0 === first } && recording.growing.count == 2)
        disk.perform(&work, at: Self.start)
        #expect(!recording.growing.contains { $0 === first } && recording.growing.count == 1)
    }

    @Test func `a file torn by a full queue is told, counted, and followed by another`() {
        let (disk, told) = (VirtualDisk(capacity: 2), Told())
        var work = disk.work()
        let recording = Self.recording(disk, told)
        recording.take(.began(.mpegts))
        for number in 0..<3 { recording.take(Self.data(UInt64(number) * 1000, 1000)) }
        #expect(told.intakes == [.nothing, .everything], "the engine ends it and begins another")
        #expect(told.lines.count == 1 && told.lines[0].contains("too slow"), "\(told.lines)")
        #expect(recording.progress.snapshot.files.tornCount == 1)
        #expect(recording.progress.snapshot.disk.droppedBytes == 2000)
        recording.take(.finished(RecordingStatistics()))
        disk.perform(&work, at: Self.start)
        #expect(disk.model.bytes("/r/cam_19700101_000000.ts")?.count == 1000)
        recording.take(.began(.mpegts))
        recording.take(Self.data(0, 500))
        disk.perform(&work, at: Self.start)
        #expect(disk.model.bytes("/r/cam_19700101_000000_2.ts")?.count == 500)
        #expect(recording.progress.snapshot.files.tornCount == 1)
    }

    @Test func `a slow disk is told of once, and recording goes on when it has caught up`() {
        let (disk, told) = (VirtualDisk(), Told())
        var work = disk.work()
        let recording = Self.recording(disk, told, queue: WaitingOctets(limit: 1500))
        recording.take(.began(.mpegts))
        for number in 0..<4 { recording.take(Self.data(UInt64(number) * 1000, 1000)) }
        #expect(told.intakes == [.nothing] && told.lines.count == 1, "\(told.lines)")
        recording.take(.finished(RecordingStatistics()))
        disk.perform(&work, at: Self.start)
        #expect(told.intakes == [.nothing, .everything])
        #expect(told.reports.last == .notice("all is recorded again"))
        #expect(recording.progress.snapshot.files.tornCount == 1)
    }

    @Test func `a file that is taken away is followed by another`() {
        let (disk, told) = (VirtualDisk(), Told())
        var work = disk.work()
        let recording = Self.recording(disk, told)
        recording.take(.began(.mpegts))
        recording.take(Self.data(0, 1000))
        disk.perform(&work, at: Self.start)
        disk.model.state.withLock { $0.files = [:] }
        disk.perform(&work, at: Self.start + .milliseconds(500))
        #expect(told.intakes == [.nothing, .everything])
        #expect(told.lines.count == 1 && told.lines[0].contains("no such file"), "\(told.lines)")
        recording.take(.finished(RecordingStatistics()))
        recording.take(.began(.mpegts))
        recording.take(Self.data(0, 500))
        disk.perform(&work, at: Self.start + .milliseconds(600))
        disk.perform(&work, at: Self.start + .milliseconds(1600))
        #expect(told.lines.last?.hasPrefix("recording goes on in /r/cam_1970") == true)
    }

    @Test(arguments: [(EACCES, "permission denied"), (ENOSPC, "no space left on device")])
    func `a first file that the disk refuses is told of once, and tried again until it is there`(
        code: Int32, reason: String
    ) {
        let (disk, told) = (VirtualDisk(), Told())
        var work = disk.work()
        disk.model.state.withLock { $0.createFailure = code }
        let recording = Self.recording(disk, told)
        let progress = recording.progress
        var tries = 0
        for step in 0..<20 {  // ten seconds
            if told.intakes.last != .nothing {
                #expect(progress.snapshot.condition == (step == 0 ? .connecting : .noSpace))
                recording.take(.began(.mpegts))
                tries += 1
            }
            disk.perform(&work, at: Self.start + .milliseconds(500 * Int64(step)))
            recording.take(.finished(RecordingStatistics()))
            #expect(progress.snapshot.condition == .noSpace && disk.condition.snapshot.refusals > 0)
            #expect(progress.snapshot.lastFailure?.hasSuffix(reason) == true)
        }
        #expect(tries > 2)
        #expect(told.reports == [.unmade("cannot write /r/cam_19700101_000000.ts: \(reason)")])
        disk.model.state.withLock { $0.createFailure = nil }
        var made: Int?
        for step in 20..<120 where made == nil {
            if told.intakes.last != .nothing {
                recording.take(.began(.mpegts))
                recording.take(Self.data(0, 1000))
            }
            disk.perform(&work, at: Self.start + .milliseconds(500 * Int64(step)))
            if !disk.model.names.isEmpty { made = step }
        }
        #expect(made.map { $0 - 20 <= (code == ENOSPC ? 4 : 64) } == true, "in half seconds")
        disk.perform(&work, at: Self.start + .seconds(100))
        #expect(told.lines.last == "recording goes on in \(progress.snapshot.files.path)")
        #expect(progress.snapshot.condition == .recording && !progress.snapshot.files.isUnmade)
    }

    @Test func `a disk that goes on refusing is told of once, and that it takes another file`() {
        let (disk, told) = (VirtualDisk(), Told())
        var work = disk.work()
        let recording = Self.recording(disk, told)
        recording.take(.began(.mpegts))
        recording.take(Self.data(0, 1000))
        disk.perform(&work, at: Self.start)
        disk.model.state.withLock { $0.callsToRefusal = 0 }
        recording.take(Self.data(1000, 1000))
        disk.perform(&work, at: Self.start)
        recording.take(.finished(RecordingStatistics()))
        disk.model.state.withLock { $0.folderFailure = EROFS }
        for second in 1...40 {
            disk.perform(&work, at: Self.start + .seconds(Int64(second)))
            guard told.intakes.last == .everything else { continue }
            recording.take(.began(.mpegts))
            disk.perform(&work, at: Self.start + .seconds(Int64(second)))
        }
        #expect(told.intakes.count > 8, "it was tried again and again")
        let lines = told.lines
        guard lines.count == 2 else { return #expect(Bool(false), "\(lines)") }
        #expect(lines[0].hasPrefix("nothing is recorded until the disk takes it again"))
        #expect(lines[1].hasPrefix("cannot write /r/cam_19700101_000000.ts"))
        disk.model.state.withLock { $0.folderFailure = nil }
        for second in 41...80 {
            disk.perform(&work, at: Self.start + .seconds(Int64(second)))
            guard told.intakes.last == .everything, told.lines.count == 2 else { continue }
            recording.take(.began(.mpegts))
            recording.take(Self.data(0, 500))
            disk.perform(&work, at: Self.start + .seconds(Int64(second)))
        }
        #expect(told.lines.count == 3 && told.lines[2].hasPrefix("recording goes on in"))
    }

    @Test func `a disk that makes files and takes no octets is told of once`() {
        let (disk, told) = (VirtualDisk(), Told())
        var work = disk.work()
        let recording = Self.recording(disk, told)
        for second in 0..<200 {
            disk.perform(&work, at: Self.start + .seconds(Int64(second)))
            guard told.intakes.last != .nothing else { continue }
            recording.take(.began(.mpegts))
            recording.take(Self.data(0, 1000))
            if second < 100 { disk.model.state.withLock { $0.callsToRefusal = 0 } }
            disk.perform(&work, at: Self.start + .seconds(Int64(second)))
            if second < 100 { recording.take(.finished(RecordingStatistics())) }
            if second >= 100 { break }
        }
        #expect(told.lines.count == 2, "\(told.lines)")
        #expect(told.intakes.count(where: { $0 == .nothing }) == 8, "after 1, 2, 4 … 32 s")
        disk.perform(&work, at: Self.start + .seconds(300))
        #expect(told.lines.count == 3 && told.lines[2].hasPrefix("recording goes on in"))
    }

    @Test func `an old file whose end the disk refuses says nothing of the present one`() {
        let (disk, told) = (VirtualDisk(), Told())
        var work = disk.work(sync: .none)
        let recording = Self.recording(disk, told)
        recording.take(.began(.mpegts))
        recording.take(Self.data(0, 1000))
        disk.perform(&work, at: Self.start)
        disk.model.state.withLock { $0.callsToRefusal = 0 }
        recording.take(Self.data(1000, 10))
        disk.perform(&work, at: Self.start)
        recording.take(.finished(RecordingStatistics()))
        disk.slowDown()
        disk.perform(&work, at: Self.start + .seconds(1))
        recording.take(.began(.mpegts))
        recording.take(Self.data(0, 500))
        disk.perform(&work, at: Self.start + .seconds(1))
        #expect(told.lines.last?.hasPrefix("recording goes on in") == true, "\(told.lines)")
        let count = told.lines.count
        disk.model.state.withLock { $0.syncFailure = EIO }
        disk.doErrands()
        disk.perform(&work, at: Self.start + .seconds(1))
        let late = "cannot write /r/cam_19700101_000000.ts: input/output error"
        #expect(Array(told.lines[count...]) == [late])
        #expect(told.intakes.last == .everything)
        disk.model.state.withLock { ($0.syncFailure, $0.callsToRefusal) = (nil, 0) }
        recording.take(Self.data(500, 10))
        disk.perform(&work, at: Self.start + .seconds(1))
        let present = "cannot write /r/cam_19700101_000000_2.ts: input/output error"
        #expect(told.lines.last == present, "it is refused for the first time: \(told.lines)")
    }

    @Test func `a recording begun on a full disk writes nothing until there is room`() {
        let (disk, told) = (VirtualDisk(), Told())
        disk.condition.update { condition in
            (condition.intake, condition.isFull) = (.nothing, true)
            condition.failure = "no space left on device"
        }
        let recording = Self.recording(disk, told)
        #expect(told.intakes == [.nothing])
        #expect(told.lines == ["nothing is recorded until there is room on the disk"])
        recording.take(.connected(at: Self.start))
        let progress = recording.progress.snapshot
        #expect(progress.condition == .noSpace)
        #expect(progress.lastFailure == "no space left on device")
        disk.condition.update { $0.intake = .everything }
        #expect(told.intakes == [.nothing, .everything])
        #expect(recording.progress.snapshot.condition == .connecting)
    }

    private static func away(_ reason: String, isFinal: Bool = false) -> RecordingEvent {
        .interrupted(reason: reason, isFinal: isFinal)
    }

    @Test func `a source that is awaited is not interrupted, and one that has left is once`() {
        let recording = Self.recording(VirtualDisk())
        for _ in 0..<3 { recording.take(Self.away("nobody sends in the room yet")) }
        #expect(recording.progress.snapshot.state == .waiting)
        #expect(recording.progress.snapshot.source.interruptionCount == 0)
        for count in UInt64(1)...2 {
            recording.take(.connected(at: Self.start))
            recording.take(.began(.mpegts))
            recording.take(Self.data(0, 1000))
            recording.take(.finished(RecordingStatistics()))
            recording.take(Self.away("the server has ended the session"))
            recording.take(Self.away("the server answers 503"))
            recording.take(.connected(at: Self.start))
            recording.take(Self.away("the server has ended the session"))
            #expect(recording.progress.snapshot.source.interruptionCount == count)
        }
        recording.take(Self.away("the server answers 401", isFinal: true))
        #expect(recording.progress.snapshot.source.interruptionCount == 2)
    }

    @Test func `only a source that has come can stall`() {
        let recording = Self.recording(VirtualDisk())
        recording.take(.stalled(true))
        #expect(recording.progress.snapshot.source.stallCount == 0)
        recording.take(.connected(at: Self.start))
        recording.take(.stalled(false))
        recording.take(.stalled(true))
        #expect(recording.progress.snapshot.source.stallCount == 1)
    }
}
