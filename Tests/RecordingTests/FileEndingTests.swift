import Glibc
import Muxer
import Testing
import Timing

@testable import Recording

/// How files end that a disk does not take, that somebody takes away, or whose end finds no room.
@Suite struct FileEndingTests {
    private static let start = Instant(nanoseconds: 1_000_000_000)
    private static let path = "/r/cam_19700101_000000.ts"

    private static func file(
        _ disk: VirtualDisk, _ log: FileLog = FileLog(), _ container: Container = .mpegts
    ) -> RecordingFile {
        RecordingFile(
            in: "/r", name: "cam", startSeconds: 0, live: LiveIndex(container), disk: disk.door,
            queue: WaitingOctets(), onEvent: log.note)
    }

    @Test func `a folder that cannot be synced leaves neither files nor descriptors`() {
        let (disk, log) = (VirtualDisk(), FileLog())
        var work = disk.work()
        disk.model.state.withLock { $0.folderFailure = EIO }
        let file = Self.file(disk, log)
        disk.perform(&work, at: Self.start)
        #expect(disk.model.names.isEmpty)
        #expect(disk.model.state.withLock { $0.descriptors.isEmpty })
        #expect(
            log.events == [
                .opened(Self.path), .failed(StorageError(path: "/r", code: EIO)), .closed(0),
            ])
        #expect(disk.claims.claim(Self.path), "its name is free")
        file.end()
        disk.perform(&work, at: Self.start)
        #expect(log.events.count == 3)
    }

    @Test func `a file that is deleted or moved ends, and the disk is not blamed`() {
        let (disk, log) = (VirtualDisk(), FileLog())
        var work = disk.work()
        let file = Self.file(disk, log)
        #expect(file.append(chunk(at: 0, 1000)))
        disk.perform(&work, at: Self.start)
        disk.model.state.withLock { $0.files[Self.path] = nil }
        disk.perform(&work, at: Self.start + .milliseconds(500))
        let lost = StorageError(path: Self.path, code: ENOENT)
        #expect(log.events.suffix(2) == [.failed(lost), .closed(1000)])
        #expect(disk.condition.snapshot.intake == .everything)
        #expect(disk.model.state.withLock { $0.descriptors.isEmpty })
        #expect(!file.append(chunk(at: 1000, 1)))
    }

    @Test func `a file that has become too long for its file system costs itself only`() {
        let (disk, log) = (VirtualDisk(), FileLog())
        var work = disk.work()
        let file = Self.file(disk, log)
        #expect(file.append(chunk(at: 0, 1000)))
        disk.perform(&work, at: Self.start)
        let error = StorageError(path: Self.path, code: EFBIG)
        work.fail(file, error, at: Self.start)
        disk.perform(&work, at: Self.start)
        #expect(disk.condition.snapshot.intake == .everything)
        #expect(log.events.suffix(2) == [.failed(error), .closed(1000)])
        disk.perform(&work, at: Self.start + .milliseconds(500))
        #expect(disk.model.bytes(Self.path + ".index") == [7] + ClosingMark.bytes)
    }

    @Test func `what a full disk has cut is closed when there is room`() {
        let disk = VirtualDisk()
        var work = disk.work()
        let file = Self.file(disk)
        #expect(file.append(chunk(at: 0, 1000)))
        disk.perform(&work, at: Self.start)
        disk.model.state.withLock { $0.capacity = 1100 }
        #expect(file.append(chunk(at: 1000, 1000)))
        disk.perform(&work, at: Self.start)
        #expect(disk.model.bytes(Self.path + ".index") == [7])
        disk.model.state.withLock { $0.capacity = 1 << 40 }
        for step in 1...4 { disk.perform(&work, at: Self.start + .milliseconds(500 * Int64(step))) }
        #expect(disk.model.bytes(Self.path + ".index") == [7] + ClosingMark.bytes)
        #expect(disk.model.bytes(Self.path)?.count == 1000)
        #expect(disk.model.state.withLock { $0.descriptors.isEmpty })
    }

    @Test func `an end that finds no room in the queue is found when the queue is worked off`()
        async
    {
        let (disk, log) = (VirtualDisk(capacity: 2), FileLog())
        var work = disk.work()
        let file = Self.file(disk, log)
        #expect(file.append(chunk(at: 0, 1000)))
        file.end()
        #expect(!file.isClosed)
        disk.perform(&work, at: Self.start)
        await file.closed()
        #expect(log.events.last == .closed(1000))
        #expect(disk.model.bytes(Self.path + ".index") == [7] + ClosingMark.bytes)
    }

    @Test func `a file whose beginning found no room is over at once`() async {
        let disk = VirtualDisk(capacity: 0)
        let log = FileLog()
        let file = Self.file(disk, log)
        #expect(!file.append(chunk(at: 0, 1)))
        file.end()
        await file.closed()
        #expect(log.events == [.closed(0)])
    }
}
