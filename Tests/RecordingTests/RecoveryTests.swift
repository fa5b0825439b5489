import Glibc
import Muxer
import Testing
import Timing
import Wire

@testable import Recording

/// What a crash leaves, made whole once.
@Suite struct RecoveryTests {
    private static let path = "/r/cam_19700101_000000.ts"

    /// A file of `count` parts of 1000 octets with its index, as it was when the process died.
    private static func disk(parts count: Int) -> ModelDisk {
        let disk = ModelDisk()
        var index = ByteWriter()
        var writer = IndexWriter(IndexHeader(container: .mpegts, formats: []), into: &index)
        for number in 0..<count {
            writer.append(
                IndexedPart(
                    offset: UInt64(number) * 1000, byteCount: 1000,
                    start: .milliseconds(Int64(number) * 200), duration: .milliseconds(200),
                    isIndependent: number % 5 == 0), into: &index)
        }
        disk.put(path, [UInt8](repeating: 0x47, count: count * 1000))
        disk.put(path + ".index", index.bytes)
        return disk
    }

    private static func recover(_ disk: ModelDisk) -> RecoveryReport {
        Recovery(storage: disk, folder: "/r").run()
    }

    @Test func `a torn tail is cut, once`() throws {
        let disk = Self.disk(parts: 10)
        disk.put(Self.path, try #require(disk.bytes(Self.path)) + [1, 2, 3])
        #expect(Self.recover(disk) == .of(files: 1, mended: 1, cutBytes: 3))
        #expect(disk.bytes(Self.path)?.count == 10_000)
        let index = disk.bytes(Self.path + ".index")
        #expect(Self.recover(disk) == .of(files: 1))
        #expect(disk.bytes(Self.path + ".index") == index)
    }

    @Test func `what is mended is as old as it was`() throws {
        let disk = Self.disk(parts: 10)
        disk.put(Self.path, try #require(disk.bytes(Self.path)) + [1, 2, 3], modified: 77)
        disk.state.withLock { $0.seconds = 5000 }
        #expect(Self.recover(disk).mended == 1)
        let file = try disk.files(in: "/r").first { $0.name.hasSuffix(".ts") }
        #expect(file?.modifiedSeconds == 77)
    }

    @Test func `any cut of the index leaves the parts before it`() throws {
        let whole = try #require(Self.disk(parts: 3).bytes(Self.path + ".index"))
        for count in whole.indices {
            let disk = Self.disk(parts: 3)
            disk.put(Self.path + ".index", Array(whole[..<count]))
            let report = Self.recover(disk)
            #expect(disk.bytes(Self.path)?.count ?? 0 <= 3000)
            if report.mended == 1 {
                #expect((disk.bytes(Self.path)?.count ?? 1) % 1000 == 0)
                let index = try #require(disk.bytes(Self.path + ".index"))
                var reader = try IndexReader(index.span.bytes)
                let parts = reader.readParts()
                #expect(parts.count * 1000 == disk.bytes(Self.path)?.count)
            }
            #expect(Self.recover(disk).mended == 0, "once is enough")
        }
    }

    @Test func `any cut of the file leaves its whole parts`() throws {
        let whole = try #require(Self.disk(parts: 3).bytes(Self.path))
        for count in [0, 1, 999, 1000, 1001, 2000, 2999, 3000] {
            let disk = Self.disk(parts: 3)
            disk.put(Self.path, Array(whole[..<count]))
            _ = Self.recover(disk)
            // Less than a part is not explained by any, and nothing is gone for good.
            let left = (1..<1000).contains(count) ? count : count / 1000 * 1000
            #expect(disk.bytes(Self.path)?.count ?? 0 == left)
        }
    }

    @Test func `a hole that power has left ends the file before it`() throws {
        let disk = Self.disk(parts: 20)
        var octets = try #require(disk.bytes(Self.path))
        for offset in 8192..<12_288 { octets[offset] = 0 }
        disk.put(Self.path, octets)
        #expect(Self.recover(disk).cutBytes == 12_000)
        #expect(disk.bytes(Self.path)?.count == 8000)
    }

    @Test func `hours are not cut off for what a failed sync has lost before them: it is told`()
        throws
    {
        let disk = Self.disk(parts: 700)  // 140 seconds
        var octets = try #require(disk.bytes(Self.path))
        for offset in 8192..<12_288 { octets[offset] = 0 }
        disk.put(Self.path, octets)
        let index = try #require(disk.bytes(Self.path + ".index"))
        disk.put(Self.path + ".index", index + UnsureMark.bytes)
        let report = Self.recover(disk)
        #expect(report.damaged == ["cam_19700101_000000.ts"] && report.cutBytes == 0)
        #expect(
            "\(report)".contains("in cam_19700101_000000.ts octets are missing") && report.isNews)
        #expect(disk.bytes(Self.path) == octets)
        #expect(disk.bytes(Self.path + ".index") == index + ClosingMark.bytes)
    }

    /// One of which a sync has failed, with a hole where it is not cut.
    private static func unsureDisk() throws -> ModelDisk {
        let disk = disk(parts: 700)  // 140 seconds
        var octets = try #require(disk.bytes(path))
        for offset in 8192..<12_288 { octets[offset] = 0 }
        disk.put(path, octets)
        let index = try #require(disk.bytes(path + ".index"))
        disk.put(path + ".index", index + UnsureMark.bytes)
        return disk
    }

    private static func end(_ disk: ModelDisk) -> [UInt8] {
        Array((disk.bytes(path + ".index") ?? []).suffix(8))
    }

    @Test func `what cannot be read of the hours before its end is told, and it is closed`() throws
    {
        let disk = try Self.unsureDisk()
        disk.put(Self.path, [UInt8](repeating: 0x47, count: 700_000))
        disk.state.withLock { $0.unreadable = 20_000..<20_001 }
        let report = Self.recover(disk)
        #expect(report.damaged == ["cam_19700101_000000.ts"] && report.refused.isEmpty)
        #expect(report.mended == 1 && Self.end(disk) == ClosingMark.bytes)
    }

    @Test func `a long file is not read to its end when that is not wanted any more`() throws {
        let disk = try Self.unsureDisk()
        var asked = 0
        let report = Recovery(storage: disk, folder: "/r").run {
            asked += 1
            return asked == 1
        }
        #expect(asked > 1 && report.mended == 0 && !report.isComplete && !report.isNews)
        #expect(Self.end(disk) == UnsureMark.bytes)
        #expect(Self.recover(disk).damaged.count == 1 && Self.end(disk) == ClosingMark.bytes)
    }

    @Test func `what is unsure stays so until it is closed, wherever that ends`() throws {
        var refusals = 0
        for calls in 0..<20 {
            let disk = try Self.unsureDisk()
            disk.put(Self.path, try #require(disk.bytes(Self.path)) + [1, 2, 3])
            disk.state.withLock { ($0.callsToRefusal, $0.keepsOneOf) = (calls, 1) }
            let report = Self.recover(disk)
            refusals += report.refused.count
            let mark = report.refused.isEmpty ? ClosingMark.bytes : UnsureMark.bytes
            #expect(Self.end(disk) == mark, "\(calls)")
            #expect(calls < 2 || report.damaged.count == 1 && report.isTold)
            for state in disk.state.withLock({ $0.kept }) {
                let end = Self.end(ModelDisk(state))
                #expect(end == UnsureMark.bytes || end == ClosingMark.bytes, "\(calls)")
            }
        }
        #expect(refusals > 6)
    }

    /// The last part's last octets lie in a block that is not there, though one behind it is.
    @Test func `a hole is found where the last part has but a few octets of it`() throws {
        let disk = Self.disk(parts: 41)
        var octets = try #require(disk.bytes(Self.path))
        octets += [UInt8](repeating: 0x47, count: 12_000)
        for offset in 40_960..<45_056 { octets[offset] = 0 }
        disk.put(Self.path, octets)
        #expect(Self.recover(disk).mended == 1)
        #expect(disk.bytes(Self.path)?.count == 40_000, "the 41st part lacks 40 octets")
    }

    @Test func `what cannot be explained stays`() {
        let disk = ModelDisk()
        disk.put(Self.path, [1, 2, 3])
        disk.put("/r/b_19700101_000000.ts", [1, 2, 3])
        disk.put("/r/b_19700101_000000.ts.index", [9, 9, 9])
        disk.put("/r/holiday.ts", [])
        let before = disk.names
        let report = Self.recover(disk)
        #expect(report.unexplained == ["b_19700101_000000.ts", "cam_19700101_000000.ts"])
        #expect(disk.names == before)
        #expect(disk.bytes(Self.path) == [1, 2, 3])
    }

    @Test func `a file without an octet goes, and its index with it`() {
        let disk = ModelDisk()
        disk.put(Self.path, [])
        disk.put(Self.path + ".index", [1])
        disk.put("/r/b_19700101_000000.mp4", [])
        #expect(Self.recover(disk) == .of(empty: 2))
        #expect(disk.names.isEmpty)
    }

    @Test func `what another process writes stays`() throws {
        let disk = Self.disk(parts: 2)
        disk.put(Self.path, try #require(disk.bytes(Self.path)) + [1])
        disk.state.withLock { $0.files[Self.path]?.isLocked = true }
        #expect(Self.recover(disk) == .of())
        #expect(disk.bytes(Self.path)?.count == 2001)
    }

    @Test func `what this process writes stays, even where there are no locks`() throws {
        let disk = VirtualDisk()
        disk.model.state.withLock { $0.hasLocks = false }
        var work = disk.work()
        let file = RecordingFile(
            in: "/r", name: "cam", startSeconds: 0, live: .empty(), disk: disk.door,
            queue: WaitingOctets(), onEvent: { _ in })
        disk.perform(&work, at: Instant(nanoseconds: 1))
        let recovery = Recovery(storage: disk.model, folder: "/r", claims: disk.claims)
        #expect(recovery.run() == .of(), "an empty one of ours is no crash's")
        #expect(disk.model.names.count == 2)
        #expect(file.append(chunk(at: 0, 10, isWhole: false)))
        disk.perform(&work, at: Instant(nanoseconds: 2))
        #expect(recovery.run() == .of())
        file.end()
        disk.perform(&work, at: Instant(nanoseconds: 3))
        #expect(recovery.run().files == 1)
    }

    @Test func `a folder that cannot be read is told of`() {
        let disk = Self.disk(parts: 1)
        disk.state.withLock { $0.listFailure = EACCES }
        let report = Self.recover(disk)
        #expect(report.refused.map(\.code) == [EACCES] && report.isNews && !report.isComplete)
        let line = "cannot read /r: permission denied: tried again at the next start"
        #expect(report.isTold && report.description == line)
    }

    @Test func `it ends with the file it is at when it is not wanted any more`() {
        let disk = Self.disk(parts: 1)
        disk.put("/r/a_19700101_000000.ts", [])
        var files = 1
        let report = Recovery(storage: disk, folder: "/r").run {
            files -= 1
            return files >= 0
        }
        #expect(report.empty == 1 && report.files == 0 && !report.isComplete)
        #expect(Self.recover(disk).mended == 1)
    }
}

extension RecoveryReport {
    static func of(
        files: Int = 0, mended: Int = 0, cutBytes: UInt64 = 0, empty: Int = 0
    ) -> RecoveryReport {
        var report = RecoveryReport()
        (report.files, report.mended, report.cutBytes) = (files, mended, cutBytes)
        (report.empty, report.isComplete) = (empty, true)
        return report
    }
}
