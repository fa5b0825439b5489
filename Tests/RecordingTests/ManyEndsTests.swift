import Glibc
import Muxer
import Testing
import Timing

@testable import Recording

/// Many files that end or fail at one moment, on a disk that takes long for each.
@Suite struct ManyEndsTests {
    private static let start = Instant(nanoseconds: 1_000_000_000)

    private static func file(
        _ name: String, _ disk: VirtualDisk, _ log: FileLog, seconds: Int64 = 0
    ) -> RecordingFile {
        RecordingFile(
            in: "/r", name: name, startSeconds: seconds, live: .empty(), disk: disk.door,
            queue: WaitingOctets(), onEvent: log.note)
    }

    @Test func `recordings that are cut at one moment all go on, however late their files end`() {
        let (disk, log) = (VirtualDisk(), FileLog())
        var work = disk.work(sync: .none)
        disk.slowDown()
        for second in 0..<2 as Range<Int64> {
            let files = (0..<300).map { Self.file("cam\($0)", disk, log, seconds: second) }
            for file in files { #expect(file.append(chunk(at: 0, 10))) }
            if second == 0 { for file in files { file.end() } }
            disk.perform(&work, at: Self.start)
        }
        #expect(disk.condition.snapshot.intake == .everything)
        #expect(disk.model.names.count == 1200)
        disk.doErrands()
        disk.perform(&work, at: Self.start)
        let failures = log.events.count { if case .failed = $0 { true } else { false } }
        let marked = disk.model.names.count { disk.model.bytes($0) == [7] + ClosingMark.bytes }
        #expect(failures == 0 && marked == 300, "one end for each recording may wait")
        #expect(log.events.count { $0 == .closed(10) } == 300)
        #expect(work.files.count == 300)
    }

    @Test func `a recording cut faster than its disk ends files goes on: the next start ends them`()
    {
        let (disk, log) = (VirtualDisk(), FileLog())
        var work = disk.work(sync: .none)
        disk.slowDown()
        for second in 0..<300 as Range<Int64> {
            let file = Self.file("cam", disk, log, seconds: second)
            #expect(file.append(chunk(at: 0, 10)))
            file.end()
            disk.perform(&work, at: Self.start)
        }
        disk.doErrands()
        disk.perform(&work, at: Self.start)
        #expect(disk.condition.snapshot.intake == .everything)
        #expect(work.files.isEmpty && disk.model.state.withLock { $0.descriptors.isEmpty })
        #expect(log.events.count { $0 == .closed(10) } == 300, "nothing is lost")
        let left = disk.model.names.filter { disk.model.bytes($0) == [7] }
        #expect(left.count == 300 - 256)
        let told = log.events.count {
            if case .failed(let error) = $0 { error.code == EBUSY } else { false }
        }
        #expect(told == left.count && disk.condition.snapshot.refusals == UInt64(left.count))
    }

    @Test func `a folder that cannot be synced is refused once, however many files are new in it`()
    {
        let (disk, log) = (VirtualDisk(), FileLog())
        var work = disk.work()
        disk.model.state.withLock { $0.folderFailure = EIO }
        let files = (0..<20).map { Self.file("cam\($0)", disk, log) }
        disk.perform(&work, at: Self.start)
        #expect(disk.condition.snapshot.intake == .nothing && files.allSatisfy(\.isClosed))
        disk.model.state.withLock { $0.folderFailure = nil }
        disk.perform(&work, at: Self.start + .seconds(1))
        #expect(disk.condition.snapshot.intake == .everything, "as if it had been one file")
    }
}
