import Glibc
import Muxer
import Synchronization
import Testing
import Timing

@testable import Recording

/// A disk on which a sync takes long: nothing but that sync waits for it.
@Suite struct DiskErrandTests {
    private static let start = Instant(nanoseconds: 1_000_000_000)

    private static func path(_ number: Int) -> String { "/r/cam\(number)_19700101_000000.ts" }

    private static func file(
        _ number: Int, _ door: DiskDoor, _ log: @escaping @Sendable (RecordingFile.Event) -> Void
    ) -> RecordingFile {
        RecordingFile(
            in: "/r", name: "cam\(number)", startSeconds: 0, live: .empty(), disk: door,
            queue: WaitingOctets(), onEvent: log)
    }

    @Test(.timeLimit(.minutes(1)))
    func `while one file is handed over or closed, those of all others are written`() async throws {
        let disk = ModelDisk()
        var gate: [Int32] = [0, 0]
        try #require(pipe(&gate) == 0)
        defer { close(gate[0]) }
        disk.state.withLock { [gate] in $0.syncHold = gate[0] }
        let sweep = Sweep(folder: "/r", retention: Retention(), claims: ClaimedFiles()) { 0 }
        let writer = try DiskWriter(storage: disk, policy: .part, sweep: sweep)
        let (written, told) = AsyncStream.makeStream(of: Int.self)
        let files = (0..<20).map { number in
            Self.file(number, writer.door) { if case .written = $0 { told.yield(number) } }
        }
        // Each write makes a sync due, and none of these ends; nor does the first file's closing.
        for round in 0..<3 {
            for file in files { #expect(file.append(chunk(at: UInt64(round) * 10, 10))) }
        }
        files[0].end()
        for file in files.dropFirst() { #expect(file.append(chunk(at: 30, 10))) }
        var count = 0
        for await _ in written {
            count += 1
            if count == 20 * 3 + 19 { break }
        }
        #expect(count == 79)
        #expect(disk.bytes(Self.path(19))?.count == 40)
        let isSynced = disk.state.withLock { $0.files.values.contains { !$0.durable.isEmpty } }
        #expect(!isSynced)
        close(gate[1])
        for file in files { file.end() }
        for file in files { await file.closed() }
        #expect(disk.bytes(Self.path(0))?.count == 30)
        let isWhole = (0..<20).allSatisfy {
            disk.bytes(Self.path($0) + ".index")?.suffix(8) == ClosingMark.bytes[...]
        }
        #expect(isWhole)
        await writer.settle()
        #expect(disk.state.withLock { $0.descriptors.isEmpty })
    }

    @Test func `what a loss of power would cost is told, also while its sync is under way`() {
        let disk = VirtualDisk()
        var work = disk.work()
        let file = Self.file(0, disk.door) { _ in }
        disk.slowDown()
        #expect(file.append(chunk(at: 0, 10)))
        disk.perform(&work, at: Self.start)
        for second in 1..<10 {
            #expect(file.append(chunk(at: UInt64(second) * 10, 10)))
            disk.perform(&work, at: Self.start + .seconds(Int64(second)))
            #expect(disk.condition.snapshot.unsyncedSince == Self.start)
        }
        disk.doErrands()
        disk.perform(&work, at: Self.start + .seconds(10))
        // What came in the second after the first sync was left waits for the next one.
        #expect(disk.condition.snapshot.unsyncedSince == Self.start + .seconds(2))
        disk.doErrands()
        disk.perform(&work, at: Self.start + .seconds(11))
        #expect(disk.condition.snapshot.unsyncedSince == nil)
    }

    @Test
    func `a slow disk has one sync of a file under way, and hands over all that came meanwhile`() {
        let disk = VirtualDisk()
        var work = disk.work()
        let file = Self.file(0, disk.door) { _ in }
        disk.perform(&work, at: Self.start)
        disk.slowDown()
        for step in 0..<50 {
            #expect(file.append(chunk(at: UInt64(step) * 10, 10)))
            disk.perform(&work, at: Self.start + .milliseconds(Int64(step) * 200))
        }
        #expect(work.syncCount == 1)
        #expect(disk.model.bytes(Self.path(0))?.count == 500)
        #expect(disk.doErrands() == 0)
        disk.perform(&work, at: Self.start + .seconds(10))
        #expect(work.syncCount == 2, "what was written meanwhile is a second old already")
        let deadline = work.nextDeadline
        #expect(deadline.map { $0 > Self.start + .seconds(10) } ?? false, "it does not spin")
    }

    /// The kernel tells a failed sync once (`fsync(2)`): the next one succeeds, and octets are missing.
    @Test
    func `a file whose sync fails while its end waits ends behind it, and is not marked whole`() {
        let (disk, log) = (VirtualDisk(), FileLog())
        var work = disk.work(sync: .part)
        let file = Self.file(0, disk.door, log.note)
        disk.perform(&work, at: Self.start)
        disk.slowDown()
        #expect(file.append(chunk(at: 0, 10)))
        file.end()
        disk.perform(&work, at: Self.start)
        disk.model.state.withLock { $0.syncFailure = EIO }
        #expect(disk.doErrands(1) == 1)
        disk.perform(&work, at: Self.start)
        disk.model.state.withLock { $0.syncFailure = nil }
        #expect(!log.events.contains(.closed(10)), "its end is yet to come")
        let early = disk.model.bytes(Self.path(0) + ".index")
        #expect(early == [7] + UnsureMark.bytes, "nobody knows when it comes")
        #expect(disk.doErrands() == 0)
        disk.perform(&work, at: Self.start)
        let failure = StorageError(path: Self.path(0), code: EIO)
        #expect(log.events.suffix(2) == [.failed(failure), .closed(10)])
        let index = disk.model.bytes(Self.path(0) + ".index")
        #expect(index == [7] + UnsureMark.bytes, "the next start looks at it")
        #expect(disk.model.state.withLock { $0.descriptors.isEmpty })
    }

    @Test func `what is written behind a failed sync keeps its mark, at every moment to its end`() {
        let disk = VirtualDisk()
        var work = disk.work(sync: .part)
        let file = Self.file(0, disk.door) { _ in }
        disk.slowDown()
        #expect(file.append(chunk(at: 0, 10, index: [7, 7])))
        disk.perform(&work, at: Self.start)
        disk.doErrands()
        disk.perform(&work, at: Self.start)
        #expect(file.append(chunk(at: 10, 10, index: [8, 8])))
        disk.perform(&work, at: Self.start)
        disk.model.state.withLock { $0.syncFailure = EIO }
        // The record comes before what has become of the sync is known.
        disk.doErrandUntold()
        let index = Self.path(0) + ".index"
        #expect(disk.model.bytes(index) == [7, 7, 8, 8] + UnsureMark.bytes)
        #expect(file.append(chunk(at: 20, 10, index: [9, 9])))
        #expect(file.append(chunk(at: 30, 10, isWhole: false)))
        disk.perform(&work, at: Self.start)
        #expect(disk.model.bytes(index) == [7, 7, 8, 8, 9, 9] + UnsureMark.bytes)
        disk.model.state.withLock { $0.keepsOneOf = 1 }
        for _ in 0..<3 {
            disk.doErrands()
            disk.perform(&work, at: Self.start)
        }
        #expect(disk.model.bytes(index) == [7, 7, 8, 8, 9, 9] + UnsureMark.bytes)
        #expect(disk.model.state.withLock { $0.descriptors.isEmpty })
        let unmarked = disk.model.state.withLock { state in
            state.kept.count { $0.files[index]?.bytes.suffix(8) != UnsureMark.bytes[...] }
        }
        #expect(unmarked == 1, "between its cut and the next call")
    }

    @Test func `files that begin together have their names handed over at once`() {
        let disk = VirtualDisk()
        var work = disk.work()
        disk.slowDown()
        let files = (0..<20).map { Self.file($0, disk.door) { _ in } }
        disk.perform(&work, at: Self.start)
        #expect(disk.model.state.withLock { $0.files.values.allSatisfy { !$0.hasDurableName } })
        #expect(disk.doErrands(1) == 0, "one errand for all of them")
        #expect(disk.model.state.withLock { $0.files.values.allSatisfy(\.hasDurableName) })
        #expect(files.count == 20)
    }

    @Test func `an index that stays when its file is deleted is told of`() throws {
        let disk = ModelDisk()
        disk.put(Self.path(0), [1])
        disk.put(Self.path(0) + ".index", [1])
        disk.state.withLock { $0.stubborn = Self.path(0) + ".index" }
        let error = try ClaimedFiles().delete(Self.path(0), on: disk)
        #expect(error == StorageError(path: Self.path(0) + ".index", code: EIO))
    }

    @Test func `a refusal of what is closed late is told of`() {
        let (disk, log) = (VirtualDisk(), FileLog())
        var work = disk.work()
        let file = Self.file(0, disk.door, log.note)
        #expect(file.append(chunk(at: 0, 1000)))
        disk.perform(&work, at: Self.start)
        disk.model.state.withLock { $0.callsToRefusal = 0 }
        #expect(file.append(chunk(at: 1000, 10)))
        disk.perform(&work, at: Self.start)
        disk.model.state.withLock { $0.syncFailure = EIO }
        for step in 1...3 { disk.perform(&work, at: Self.start + .milliseconds(500 * Int64(step))) }
        #expect(disk.condition.snapshot.refusals == 2)
        #expect(
            log.events.count { $0 == .failed(StorageError(path: Self.path(0), code: EIO)) } == 2)
    }
}
