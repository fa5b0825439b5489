import Glibc
import Muxer
import Reactor
import Testing
import Timing

@testable import Recording

/// The end of a disk's threads: nothing is held behind it, and nothing left to chance.
@Suite struct DiskFinishTests {
    private static let start = Instant(nanoseconds: 1_000_000_000)
    private static let path = "/r/cam_19700101_000000.ts"

    private static func file(_ disk: VirtualDisk, name: String = "cam") -> RecordingFile {
        RecordingFile(
            in: "/r", name: name, startSeconds: 0, live: .empty(), disk: disk.door,
            queue: WaitingOctets(), onEvent: { _ in })
    }

    @Test func `what the disk refuses at the very end is closed and let go of`() {
        let disk = VirtualDisk()
        var work = disk.work()
        let file = Self.file(disk)
        #expect(file.append(chunk(at: 0, 1000)))
        disk.perform(&work, at: Self.start)
        disk.slowDown()
        disk.model.state.withLock { $0.callsToRefusal = 0 }
        #expect(file.append(chunk(at: 1000, 10)))
        disk.perform(&work, at: Self.start)
        work.finish(at: Self.start) { disk.doErrands() }
        #expect(disk.model.state.withLock { $0.descriptors.isEmpty })
        #expect(!disk.claims.isClaimed(Self.path))
        #expect(disk.model.bytes(Self.path + ".index") == [7] + ClosingMark.bytes)
    }

    @Test func `the names of files that begin last are handed over`() {
        let disk = VirtualDisk()
        var work = disk.work()
        disk.slowDown()
        for name in ["first", "second"] {
            let file = Self.file(disk, name: name)
            #expect(file.append(chunk(at: 0, 1000)))
            disk.perform(&work, at: Self.start)
            // What was there when the first one's name was handed over is; nobody has heard of it yet.
            if name == "first" { disk.doErrandUntold() }
        }
        work.finish(at: Self.start) { disk.doErrands() }
        #expect(disk.model.names.count == 4)
        #expect(disk.model.state.withLock { $0.files.values.allSatisfy(\.hasDurableName) })
    }

    @Test func `nothing is waited for where nothing is left to be done`() {
        let disk = VirtualDisk()
        var work = disk.work()
        disk.perform(&work, at: Self.start)
        work.finish(at: Self.start) { Issue.record("nobody would end this") }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a disk that nobody writes to any more has its files whole, and its threads end`() throws {
        let (disk, claims) = (ModelDisk(), ClaimedFiles())
        let ended = [try Mailbox<Never>(capacity: 1), try Mailbox<Never>(capacity: 1)]
        let sweep = Sweep(folder: "/r", retention: Retention(), claims: claims) { 0 }
        var writer: DiskWriter? = try DiskWriter(storage: disk, policy: .part, sweep: sweep) {
            name, body throws(SystemError) in
            try startThread(name: name) {
                body()
                ended[name == "disk" ? 0 : 1].close()
            }
        }
        let door = try #require(writer?.door)
        let file = RecordingFile(
            in: "/r", name: "cam", startSeconds: 0, live: .empty(), disk: door,
            queue: WaitingOctets(), onEvent: { _ in })
        for number in 0..<100 { #expect(file.append(chunk(at: UInt64(number) * 10, 10))) }
        writer = nil
        for thread in ended { try thread.wait() }
        #expect(disk.bytes(Self.path)?.count == 1000)
        #expect(disk.bytes(Self.path + ".index")?.suffix(8) == ClosingMark.bytes[...])
        #expect(!claims.isClaimed(Self.path) && disk.state.withLock { $0.descriptors.isEmpty })
        #expect(disk.state.withLock { $0.files.values.allSatisfy(\.hasDurableName) })
    }

    @Test func `a disk's thread that cannot be had leaves no other one behind`() throws {
        let refusal = SystemError(call: "pthread_create", code: EAGAIN)
        let ended = try Mailbox<Never>(capacity: 1)
        let sweep = Sweep(folder: "/r", retention: Retention(), claims: ClaimedFiles()) { 0 }
        let error = #expect(throws: SystemError.self) {
            _ = try DiskWriter(storage: ModelDisk(), policy: .none, sweep: sweep) {
                name, body throws(SystemError) in
                guard name != "disk" else { throw refusal }
                try startThread(name: name) {
                    body()
                    ended.close()
                }
            }
        }
        #expect(error == refusal)
        try ended.wait(until: .now() + .seconds(20))
        let isRunning = ended.drain { _ in }
        #expect(!isRunning)
    }
}
