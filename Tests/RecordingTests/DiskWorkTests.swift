import Glibc
import Muxer
import Testing
import Timing

@testable import Recording

/// Files on a disk that is slow, full, broken or without power, in virtual time.
@Suite struct DiskWorkTests {
    private static let start = Instant(nanoseconds: 1_000_000_000)

    private static func file(
        _ disk: VirtualDisk, _ log: FileLog = FileLog(), queue: WaitingOctets = WaitingOctets(),
        seconds: Int64 = 0
    ) -> RecordingFile {
        RecordingFile(
            in: "/r", name: "cam", startSeconds: seconds, live: .empty(),
            disk: disk.door, queue: queue, onEvent: log.note)
    }

    @Test func `holds what was given, in order, and its index beside it`() throws {
        let (disk, log) = (VirtualDisk(), FileLog())
        var work = disk.work()
        let file = Self.file(disk, log)
        for number in 0..<100 {
            #expect(file.append(chunk(at: UInt64(number) * 10, 10, index: [UInt8(number)])))
        }
        file.end()
        disk.perform(&work, at: Self.start)
        let path = "/r/cam_19700101_000000.ts"
        #expect(disk.model.bytes(path)?.count == 1000)
        #expect(
            disk.model.bytes(path + ".index") == (0..<100).map { UInt8($0) } + ClosingMark.bytes)
        #expect(log.events.first == .opened(path) && log.events.last == .closed(1000))
        let live = file.live.snapshot
        #expect(live.isFinished && live.partCount == 100 && live.byteCount == 1000)
        #expect(live.path == path)
    }

    @Test func `overwrites nothing: two of one second are told apart`() {
        let disk = VirtualDisk()
        disk.model.put("/r/cam_19700101_000000.ts", [9])
        disk.model.put("/r/cam_19700101_000000_2.ts.index", [9])
        var work = disk.work()
        let file = Self.file(disk)
        disk.perform(&work, at: Self.start)
        #expect(file.live.snapshot.path == "/r/cam_19700101_000000_3.ts")
        #expect(disk.model.bytes("/r/cam_19700101_000000.ts") == [9])
        #expect(disk.model.bytes("/r/cam_19700101_000000_2.ts") == nil)
    }

    @Test func `a full disk cuts the file after its last whole part, and tells it once`() {
        let (disk, log) = (VirtualDisk(), FileLog())
        var work = disk.work()
        let file = Self.file(disk, log)
        #expect(file.append(chunk(at: 0, 1000)))
        #expect(file.append(chunk(at: 1000, 500, isWhole: false)))
        disk.perform(&work, at: Self.start)
        disk.model.state.withLock { $0.capacity = 1600 }
        #expect(file.append(chunk(at: 1500, 500)))
        #expect(file.append(chunk(at: 2000, 500)))
        disk.perform(&work, at: Self.start)
        let path = "/r/cam_19700101_000000.ts"
        #expect(disk.model.bytes(path)?.count == 1000)
        #expect(disk.model.bytes(path + ".index") == [7])
        let failure = StorageError(path: path, code: ENOSPC)
        #expect(log.events.suffix(2) == [.failed(failure), .closed(1000)])
        #expect(disk.condition.snapshot.intake == .nothing)
        #expect(disk.condition.snapshot.failure == "no space left on device")
        #expect(!file.append(chunk(at: 0, 1)), "nothing more is taken")
        file.end()
        disk.perform(&work, at: Self.start)
        #expect(log.events.last == .closed(1000))
        #expect(log.events.count { $0 == .closed(1000) } == 1)
    }

    @Test func `a file of which a sync has failed while it was cut is never marked whole`() {
        let disk = VirtualDisk()
        var work = disk.work(sync: .none)
        let file = Self.file(disk)
        #expect(file.append(chunk(at: 0, 1000)))
        disk.perform(&work, at: Self.start)
        disk.model.state.withLock { ($0.capacity, $0.syncFailure) = (1100, EIO) }
        #expect(file.append(chunk(at: 1000, 500)))
        disk.perform(&work, at: Self.start)
        // The kernel tells a failure once: from now on all succeeds.
        disk.model.state.withLock { ($0.capacity, $0.syncFailure) = (.max / 4, nil) }
        for second in 1...60 { disk.perform(&work, at: Self.start + .seconds(Int64(second))) }
        #expect(disk.model.bytes("/r/cam_19700101_000000.ts")?.count == 1000)
        #expect(disk.model.bytes("/r/cam_19700101_000000.ts.index") == [7] + UnsureMark.bytes)
        #expect(disk.model.state.withLock { $0.descriptors.isEmpty })
        #expect(!disk.claims.isClaimed("/r/cam_19700101_000000.ts"))
        #expect(disk.model.state.withLock { $0.strayCloses } == 0, "it is let go of once")
    }

    @Test func `a disk that makes files and takes no octets is tried less and less often`() {
        let (disk, queue) = (VirtualDisk(), WaitingOctets())
        var work = disk.work()
        var now = Self.start
        var tries: [Instant] = []
        func attempt(_ file: RecordingFile) {
            disk.model.state.withLock { $0.callsToRefusal = 0 }
            #expect(file.append(chunk(at: 0, 50_000)) && file.append(chunk(at: 50_000, 10)))
            disk.perform(&work, at: now)
            #expect(disk.condition.snapshot.intake == .nothing && queue.count == 0)
        }
        while tries.count < 100 {
            if disk.condition.snapshot.intake == .everything {
                attempt(Self.file(disk, queue: queue))
                tries.append(now)
            }
            now = now + .milliseconds(500)
            disk.perform(&work, at: now)
        }
        let waits = zip(tries, tries.dropFirst()).map { ($1 - $0).nanoseconds / 1_000_000_000 }
        #expect(waits == [1, 2, 4, 8, 16] + [Int64](repeating: 32, count: 94))
        now = now + .seconds(32)
        disk.perform(&work, at: now)
        let file = Self.file(disk, queue: queue)
        #expect(file.append(chunk(at: 0, 10)))
        for _ in 0..<2 {
            disk.perform(&work, at: now)
            now = now + .seconds(1)
        }
        attempt(file)
        disk.perform(&work, at: now + .seconds(1))
        #expect(disk.condition.snapshot.intake == .everything, "it has worked meanwhile")
    }

    @Test func `recording may go on within half a second of there being room`() {
        let disk = VirtualDisk()
        var work = disk.work()
        disk.model.state.withLock { $0.capacity = 0 }
        #expect(Self.file(disk).append(chunk(at: 0, 10)))
        disk.perform(&work, at: Self.start)
        #expect(disk.condition.snapshot.intake == .nothing)
        #expect(disk.model.names.isEmpty, "no empty file is left")
        disk.model.state.withLock { $0.capacity = 1 << 40 }
        disk.perform(&work, at: Self.start + .milliseconds(499))
        #expect(disk.condition.snapshot.intake == .nothing)
        disk.perform(&work, at: Self.start + .milliseconds(500))
        #expect(disk.condition.snapshot.intake == .everything)
        #expect(disk.condition.snapshot.failure == nil)
    }

    @Test func `room that cannot be known any more is not told of`() {
        let disk = VirtualDisk()
        var work = disk.work()
        disk.perform(&work, at: Self.start)
        #expect(disk.condition.snapshot.freeBytes != nil)
        disk.model.state.withLock { $0.listFailure = EIO }
        disk.perform(&work, at: Self.start + .seconds(1))
        #expect(disk.condition.snapshot.freeBytes == nil)
    }

    @Test func `what may go makes room before less is written`() {
        let disk = VirtualDisk()
        disk.model.put("/r/cam_19700101_000000.ts", [UInt8](repeating: 1, count: 6 << 20))
        disk.model.put("/r/cam_19700101_000000.ts.index", [1])
        disk.model.put("/r/cam_19700102_000000.ts", [UInt8](repeating: 1, count: 1), modified: 9)
        disk.model.put("/r/holiday.mp4", [1])
        disk.model.state.withLock { $0.capacity = 6 << 20 | 4096 }
        var work = disk.work(retention: Retention(age: .seconds(1 << 30)))
        disk.perform(&work, at: Self.start)
        #expect(disk.model.names == ["/r/cam_19700102_000000.ts", "/r/holiday.mp4"])
        #expect(disk.condition.snapshot.intake == .everything)
        #expect(disk.condition.snapshot.deletedFiles == 1)
        #expect(disk.condition.snapshot.deletedBytes == 6 << 20 | 1)
    }

    @Test func `what is being written does not go, here or in another process`() {
        let disk = VirtualDisk()
        disk.model.put("/r/cam_19700101_000000.ts", [1])
        disk.model.state.withLock { $0.files["/r/cam_19700101_000000.ts"]?.isLocked = true }
        var work = disk.work(retention: Retention(totalBytes: 0))
        let file = Self.file(disk, seconds: 1)
        #expect(file.append(chunk(at: 0, 1000)))
        disk.perform(&work, at: Self.start)
        disk.perform(&work, at: Self.start + .seconds(20))
        #expect(disk.model.names.count == 3)
        file.end()
        disk.perform(&work, at: Self.start + .seconds(40))
        disk.perform(&work, at: Self.start + .seconds(60))
        #expect(disk.model.names == ["/r/cam_19700101_000000.ts"])
    }

    @Test func `a disk that cannot say that it has the octets costs the file, not the recording`() {
        let (disk, log) = (VirtualDisk(), FileLog())
        var work = disk.work()
        let file = Self.file(disk, log)
        #expect(file.append(chunk(at: 0, 1000)))
        disk.perform(&work, at: Self.start)
        disk.model.state.withLock { $0.syncFailure = EIO }
        disk.perform(&work, at: Self.start + .seconds(1))
        let failure = StorageError(path: "/r/cam_19700101_000000.ts", code: EIO)
        #expect(log.events.contains(.failed(failure)))
        #expect(disk.condition.snapshot.intake == .nothing)
        disk.perform(&work, at: Self.start + .seconds(2))
        #expect(disk.condition.snapshot.intake == .everything, "another file is tried")
    }

    @Test func `hands to the disk what is a second old, every part, or nothing`() {
        let disk = VirtualDisk()
        for (policy, expected) in [
            (SyncPolicy.none, UInt64(0)), (.interval(.seconds(1)), 8), (.part, 50),
        ] {
            var work = disk.work(sync: policy)
            let file = Self.file(disk)
            for step in 0..<50 {
                #expect(file.append(chunk(at: UInt64(step) * 10, 10)))
                disk.perform(&work, at: Self.start + .milliseconds(Int64(step) * 200))
            }
            #expect(work.syncCount == expected, "\(policy)")
            file.end()
            disk.perform(&work, at: Self.start + .seconds(20))
        }
    }
}
