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
            three, growingBytes: ["d": growing], freeBytes: free, neededBytes: needed, now: now
        ) { recording, _ in
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

    /// Files of 100 octets, by their names: a letter for the recording, and when it was written.
    private static func expired(
        _ files: [String], _ retention: Retention, growing: [String: UInt64] = [:],
        free: UInt64 = 1 << 40, needed: UInt64 = 0
    ) -> [String] {
        let candidates = files.map { file in
            Retention.Candidate(
                name: file, recording: String(file.prefix(1)), byteCount: 100,
                modifiedSeconds: Int64(file.dropFirst()) ?? 0)
        }
        var gone: [String] = []
        retention.expire(
            candidates, growingBytes: growing, freeBytes: free, neededBytes: needed, now: 40
        ) { file, _ in
            gone.append(file.name)
            return true
        }
        return gone
    }

    private static func own(
        _ limits: [String: Retention.Limits], _ all: Retention = Retention()
    ) -> Retention {
        var retention = all
        retention.own = limits
        return retention
    }

    private static let six = ["a10", "b11", "a20", "b21", "a30", "b31"]

    @Test func `a recording's own limits are for its files alone`() {
        let old = Self.own(["a": .init(age: .seconds(15))])
        #expect(Self.expired(Self.six, old) == ["a10", "a20"])
        let much = Self.own(["b": .init(totalBytes: 200)])
        #expect(Self.expired(Self.six, much) == ["b11"])
        #expect(Self.expired(Self.six, much, growing: ["b": 1, "a": 999]) == ["b11", "b21"])
        let both = Self.own([
            "a": .init(age: .seconds(25), totalBytes: 0), "c": .init(totalBytes: 0),
        ])
        #expect(Self.expired(Self.six, both) == ["a10", "a20", "a30"])
    }

    @Test func `the limits of all hold besides, and count what the others have let go`() {
        let all = Retention(age: .seconds(28), totalBytes: 400)
        #expect(Self.expired(Self.six, all) == ["a10", "b11"])
        let own = Self.own(["a": .init(age: .seconds(15)), "b": .init(totalBytes: 1 << 30)], all)
        #expect(Self.expired(Self.six, own) == ["a10", "b11", "a20"])
        let older = Self.own(["a": .init(age: .seconds(99))], Retention(age: .seconds(25)))
        #expect(Self.expired(Self.six, older) == ["a10", "b11"], "its own are no exception")
    }

    @Test func `a full disk costs those alone that somebody has limited, or all`() {
        let own = Self.own(["b": .init(age: .seconds(99))])
        #expect(Self.expired(Self.six, own, free: 0, needed: 200) == ["b11", "b21"])
        let all = Self.own(["b": .init(age: .seconds(99))], Retention(freeBytes: 1))
        #expect(Self.expired(Self.six, all, free: 0, needed: 200) == ["a10", "b11"])
        #expect(own.deletes && !Self.own(["b": .init()]).deletes)
    }

    @Test func `a sweep knows a recording by its files' names, and what of it grows`() {
        let disk = VirtualDisk()
        for name in ["cam", "cam_2", "yard"] {
            disk.model.put("/r/\(name)_19700101_000000.ts", [UInt8](repeating: 1, count: 100))
            disk.model.put("/r/\(name)_19700101_000000.ts.index", [1])
        }
        var work = disk.work(
            retention: Self.own(["cam": .init(totalBytes: 150), "cam_2": .init(totalBytes: 150)]))
        let file = RecordingFile(
            in: "/r", name: "cam", startSeconds: 9, live: .empty(), disk: disk.door,
            queue: WaitingOctets(), onEvent: { _ in })
        #expect(file.append(chunk(at: 0, 100)))
        let start = Instant(nanoseconds: 1)
        disk.perform(&work, at: start)
        #expect(
            disk.model.names.filter { $0.hasSuffix(".ts") } == [
                "/r/cam_19700101_000009.ts", "/r/cam_2_19700101_000000.ts",
                "/r/yard_19700101_000000.ts",
            ])
    }

    @Test func `a folder in which nothing may go is not gone through twice a second for room`() {
        let disk = VirtualDisk()
        disk.model.put("/r/yard_19700101_000000.ts", [UInt8](repeating: 1, count: 100))
        disk.model.put("/r/yard_19700101_000000.ts.index", [1])
        var work = disk.work(retention: Self.own(["cam": .init(age: .seconds(99))]))
        var looks: Int64 = 0
        func listings(_ count: Int64) -> Int {
            for _ in 0..<count {
                work.advance(to: Instant(nanoseconds: 1 + looks * 500_000_000))
                looks += 1
            }
            return disk.model.state.withLock { $0.listings }
        }
        #expect(listings(5) == 1)
        disk.model.state.withLock { $0.capacity = 300 }
        #expect(listings(1) == 2, "there is no room any more")
        #expect(listings(19) == 2)
        #expect(listings(2) == 3)
        // Four may go, and the room is still too little: it is looked whether more may.
        for day in 1...4 {
            disk.model.put("/r/cam_1970010\(day)_000000.ts", [1])
            disk.model.put("/r/cam_1970010\(day)_000000.ts.index", [1])
        }
        #expect(listings(20) == 5)
        #expect(disk.condition.snapshot.deletedFiles == 4)
    }

    @Test(arguments: [
        (Retention(age: .seconds(29)), 0, "it is older than what is kept"),
        (Retention(totalBytes: 599), 0, "there is more than what is kept"),
        (Retention(freeBytes: 100), 1, "too little is free on the disk"),
        (Retention(age: .seconds(99)), 1, "too little is free on the disk"),
        (
            own(["x": .init(age: .seconds(29))]), 0,
            "it is older than what is kept of this recording"
        ),
        (
            own(["x": .init(totalBytes: 599)]), 0,
            "there is more than what is kept of this recording"
        ),
    ])
    func `what a file is deleted for is told`(
        retention: Retention, shortBytes: UInt64, reason: String
    ) {
        var told: [String] = []
        let files = Self.three.map { file in
            var file = file
            file.recording = "x"
            return file
        }
        retention.expire(
            files, growingBytes: [:], freeBytes: 100 - shortBytes, neededBytes: 100, now: 40
        ) { file, limit in
            told.append(Deletion(file: file.name, limit: limit).description)
            return true
        }
        #expect(told == ["a is deleted: \(reason)"])
    }

    @Test func `what is deleted is told of by the recording's name`() {
        let deletion = Deletion(file: "my_cam_20260101_000000.ts", limit: .freeBytes)
        #expect(deletion.recording == "my_cam")
    }

    @Test func `limits are read as they are written`() {
        let words = ["keep-hours": "2", "keep-megabytes": "3", "keep-free-megabytes": "4"]
        let limits = Retention.Limits { words[$0] }
        #expect(limits == .init(age: .seconds(7200), totalBytes: 3_000_000))
        let options = DiskOptions { words[$0] }
        #expect(options.retention.freeBytes == 4_000_000 && options.retention.age == limits.age)
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
        let told = Mutex<[Deletion]>([])
        sweep.onDelete = { deletion in told.withLock { $0.append(deletion) } }
        let condition = DiskCondition()
        sweep.run(disk, growingBytes: [:], neededBytes: 0, condition)
        #expect(condition.snapshot.deletedFiles == 1)
        let failure = StorageError(path: index, code: EIO)
        #expect(
            told.withLock { $0 } == [
                Deletion(
                    file: "a_19700101_000000.ts", limit: .totalBytes(isOwn: false), failure: failure
                )
            ])
        #expect(disk.names == [index, "/r/b_19700101_000000.ts", "/r/b_19700101_000000.ts.index"])
    }

    @Test func `a file that has ended since it was seen to grow is counted once`() {
        let disk = ModelDisk()
        for name in ["/r/a_19700101_000000.ts", "/r/a_19700101_000001.ts"] {
            disk.put(name, [UInt8](repeating: 1, count: 100))
            disk.put(name + ".index", [1])
        }
        let sweep = Sweep(
            folder: "/r", retention: Retention(totalBytes: 260), claims: ClaimedFiles()
        ) { 0 }
        let condition = DiskCondition()
        let growing: [String: UInt64] = [
            "/r/a_19700101_000001.ts": 90, "/r/a_19700101_000002.ts": 50,
        ]
        sweep.run(disk, growingBytes: growing, neededBytes: 0, condition)
        #expect(condition.snapshot.deletedFiles == 0)
        sweep.run(
            disk, growingBytes: ["/r/a_19700101_000002.ts": 70], neededBytes: 0, condition)
        #expect(condition.snapshot.deletedFiles == 1, "what grows counts")
    }

    @Test func `what somebody is at work on makes no room: the next one goes`() {
        #expect(Self.expired(Retention(totalBytes: 599), busy: ["a"]) == ["b"])
        #expect(Self.expired(Retention(freeBytes: 1000), free: 900, busy: ["a"]) == ["b"])
        #expect(Self.expired(Retention(totalBytes: 0), busy: ["b"]) == ["a", "c"])
    }
}
