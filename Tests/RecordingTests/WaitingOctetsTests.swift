import Testing
import Timing

@testable import Recording

/// The bound of what waits for a slow disk.
@Suite struct WaitingOctetsTests {
    @Test func `takes nothing from the bound on until half of it is written`() {
        let queue = WaitingOctets(limit: 100)
        #expect(queue.reserve(60) && queue.reserve(40))
        #expect(!queue.reserve(1) && queue.isOver)
        queue.release(49)
        #expect(!queue.reserve(1))
        queue.release(1)
        #expect(queue.reserve(1) && !queue.isOver && queue.count == 51)
    }

    @Test func `a slow disk ends the file with its last whole part`() {
        let disk = VirtualDisk()
        var work = disk.work()
        let queue = WaitingOctets(limit: 2500)
        let file = RecordingFile(
            in: "/r", name: "cam", startSeconds: 0, live: .empty(), disk: disk.door,
            queue: queue, onEvent: { _ in })
        #expect(file.append(chunk(at: 0, 1000)))
        #expect(file.append(chunk(at: 1000, 1000, isWhole: false)))
        #expect(!file.append(chunk(at: 2000, 1000)), "the bound")
        #expect(!file.append(chunk(at: 0, 1)), "a gap in a file cannot be made good")
        file.end()
        disk.perform(&work, at: Instant(nanoseconds: 1))
        #expect(disk.model.bytes("/r/cam_19700101_000000.ts")?.count == 1000)
        #expect(
            disk.model.bytes("/r/cam_19700101_000000.ts.index") == [7] + ClosingMark.bytes,
            "it is whole as it is: the next start need not look at it")
        #expect(queue.count == 0 && !queue.isOver)
    }

    @Test func `too many commands count as a slow disk`() {
        let disk = VirtualDisk(capacity: 2)
        let queue = WaitingOctets()
        let file = RecordingFile(
            in: "/r", name: "cam", startSeconds: 0, live: .empty(), disk: disk.door,
            queue: queue, onEvent: { _ in })
        #expect(file.append(chunk(at: 0, 10)))
        #expect(!file.append(chunk(at: 10, 10)))
        #expect(queue.count == 11)
    }
}
