import Glibc
import Synchronization
import Testing
import Timing

@testable import Recording

/// Which recordings go, and which never do.
@Suite struct RetentionTests {
    private static func recording(_ name: String, _ byteCount: UInt64, at seconds: Int64)
        -> Retention.Candidate
    {
        Retention.Candidate(name: name, byteCount: byteCount, modifiedSeconds: seconds)
    }

    private static let three = [
        recording("c", 300, at: 30), recording("a", 100, at: 10), recording("b", 200, at: 20),
    ]

    private static func expired(
        _ retention: Retention, growing: UInt64 = 0, free: UInt64 = 1 << 40, needed: UInt64 = 0,
        now: Int64 = 40, busy: Set<String> = []
    ) -> [String] {
        var gone: [String] = []
        retention.expire(
            three, growingBytes: growing, freeBytes: free, neededBytes: needed, now: now
        ) { recording in
            guard !busy.contains(recording.name) else { return false }
            gone.append(recording.name)
            return true
        }
        return gone
    }

    @Test func `nothing goes where nobody has said so, not even from a full disk`() {
        #expect(Self.expired(Retention(), free: 0, needed: 1 << 40).isEmpty)
    }

    @Test func `what is too old goes`() {
        #expect(Self.expired(Retention(age: .seconds(20))) == ["a"])
        #expect(Self.expired(Retention(age: .seconds(5))) == ["a", "b", "c"])
        #expect(Self.expired(Retention(age: .seconds(30))).isEmpty)
    }

    @Test func `the oldest go until the rest is small enough, what grows included`() {
        #expect(Self.expired(Retention(totalBytes: 600)).isEmpty)
        #expect(Self.expired(Retention(totalBytes: 599)) == ["a"])
        #expect(Self.expired(Retention(totalBytes: 599), growing: 200) == ["a", "b"])
        #expect(Self.expired(Retention(totalBytes: 0)) == ["a", "b", "c"])
    }

    @Test func `the oldest go until enough is free`() {
        #expect(Self.expired(Retention(freeBytes: 1000), free: 1000).isEmpty)
        #expect(Self.expired(Retention(freeBytes: 1000), free: 900) == ["a"])
        #expect(Self.expired(Retention(freeBytes: 1000), free: 899) == ["a", "b"])
        #expect(Self.expired(Retention(age: .seconds(99)), free: 1, needed: 100) == ["a"])
    }

    @Test func `a recording whose index stays has made room all the same, and that is told`() {
        let disk = ModelDisk()
        for name in ["/r/a_19700101_000000.ts", "/r/b_19700101_000000.ts"] {
            disk.put(name, [UInt8](repeating: 1, count: 100))
            disk.put(name + ".index", [1])
        }
        let index = "/r/a_19700101_000000.ts.index"
        disk.state.withLock { $0.stubborn = index }
        var sweep = Sweep(
            folder: "/r", retention: Retention(totalBytes: 150), claims: ClaimedFiles()
        ) { 0 }
        let told = Mutex<[StorageError?]>([])
        sweep.onDelete = { _, failure in told.withLock { $0.append(failure) } }
        let condition = DiskCondition()
        sweep.run(disk, growingBytes: 0, neededBytes: 0, condition)
        #expect(condition.snapshot.deletedFiles == 1)
        #expect(told.withLock { $0 } == [StorageError(path: index, code: EIO)])
        #expect(disk.names == [index, "/r/b_19700101_000000.ts", "/r/b_19700101_000000.ts.index"])
    }

    @Test func `what somebody is at work on makes no room: the next one goes`() {
        #expect(Self.expired(Retention(totalBytes: 599), busy: ["a"]) == ["b"])
        #expect(Self.expired(Retention(freeBytes: 1000), free: 900, busy: ["a"]) == ["b"])
        #expect(Self.expired(Retention(totalBytes: 0), busy: ["b"]) == ["a", "c"])
    }
}
