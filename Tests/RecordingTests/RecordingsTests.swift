import Glibc
import Muxer
import Synchronization
import Testing
import Timing
import Wire

@testable import Recording

/// All recordings of a process: what they do not wait for, and what is told of their files.
@Suite(.timeLimit(.minutes(1))) struct RecordingsTests {
    @Test func `a recording begins and ends while recovery is held up by its folder`() async throws
    {
        var pipes: [Int32] = [0, 0]
        try #require(pipe(&pipes) == 0)
        let disk = ModelDisk()
        disk.put("/r/old_19700101_000000.ts", [])
        disk.state.withLock { $0.hold = pipes[0] }
        let recordings = try Recordings(
            in: .init("/r", on: disk), clock: { 0 }, report: { _, _ in })
        let file = RecordingFile(
            in: "/r", name: "cam", startSeconds: 0, live: .empty(),
            disk: recordings.home.writer.door,
            queue: WaitingOctets(), onEvent: { _ in })
        #expect(file.append(chunk(at: 0, 1000)))
        file.end()
        await file.closed()
        #expect(disk.bytes("/r/cam_19700101_000000.ts")?.count == 1000)
        #expect(disk.names.contains("/r/old_19700101_000000.ts"), "recovery has not begun")
        close(pipes[1])
        #expect(await recordings.recovered().empty == 1)
        close(pipes[0])
        await recordings.stopAll()
    }

    @Test func `all end at once: a source that is slow to go holds up no other`() async throws {
        let recordings = try Recordings(
            in: .init("/r", on: ModelDisk()), clock: { 0 }, report: { _, _ in })
        let (leaving, met) = (Awaited(0, waiterLimit: 10), Awaited(0, waiterLimit: 10))
        for name in ["a", "b", "c"] {
            let order = await recordings.order(name, "rtsp://192.0.2.1/live")
            let source = RunningSource {
                leaving.update { $0 += 1 }
                let found = await leaving.next(within: .seconds(5)) { $0 == 3 }
                if found == 3 { met.update { $0 += 1 } }
            }
            await recordings.add(order, source)
        }
        await recordings.stopAll()
        #expect(met.value == 3, "each waited for the others to leave as well")
        #expect(await recordings.active().isEmpty)
    }

    @Test func `all have ended when what was handed to the disk is there, and not before`()
        async throws
    {
        let disk = ModelDisk()
        var gate: [Int32] = [0, 0]
        try #require(pipe(&gate) == 0)
        defer { close(gate[0]) }
        disk.state.withLock { [gate] in $0.syncHold = gate[0] }
        let recordings = try Recordings(
            in: .init("/r", on: disk), clock: { 0 }, report: { _, _ in })
        _ = await recordings.recovered()
        let file = RecordingFile(
            in: "/r", name: "cam", startSeconds: 0, live: .empty(),
            disk: recordings.home.writer.door, queue: WaitingOctets(), onEvent: { _ in })
        #expect(file.append(chunk(at: 0, 1000)))
        file.end()
        let hasEnded = Mutex(false)
        let ending = Task {
            await recordings.stopAll()
            hasEnded.withLock { $0 = true }
        }
        for _ in 0..<1000 { await Task.yield() }
        #expect(!hasEnded.withLock { $0 })
        close(gate[1])
        await ending.value
        #expect(disk.bytes("/r/cam_19700101_000000.ts.index") == [7] + ClosingMark.bytes)
    }

    @Test func `what the files are is told with the recording's name, and where it changes`()
        async throws
    {
        let recordings = try Recordings(
            in: .init("/r", on: ModelDisk()), clock: { 0 }, report: { _, _ in })
        let told = Mutex<[String]>([])
        await recordings.reportNews { name, news in
            guard case .format(let container) = news else { return }
            told.withLock { $0.append("\(name): \(container.name)") }
        }
        let order = await recordings.order("cam", "rtsp://192.0.2.1/live")
        for container in [Container.mpegts, .mpegts, .webm] {
            order.recording.take(.began(container))
            order.recording.take(.finished(RecordingStatistics()))
        }
        await order.recording.finish()
        #expect(told.withLock { $0 } == ["cam: MPEG-TS", "cam: WebM"])
        await recordings.stopAll()
    }

    @Test func `a clock that is set back meanwhile makes no jump in a recording's names or dates`()
        async throws
    {
        let disk = ModelDisk()
        let wall = Mutex<Int64>(1_000_000_000_000_000)  // 1970-01-12 13:46:40
        let recordings = try Recordings(
            in: .init("/r", on: disk), clock: { wall.withLock { $0 } },
            report: { _, _ in })
        let order = await recordings.order("cam", "rtsp://192.0.2.1/live")
        let recording = order.recording
        #expect(recording.progress.snapshot.startedSeconds == 1_000_000)
        for number in 0..<3 {
            recording.take(.began(.mpegts))
            recording.take(.data(chunk(at: 0, 1000 + number), RecordingStatistics()))
            recording.take(.finished(RecordingStatistics()))
            wall.withLock { $0 -= 3_600_000_000_000 }
        }
        await recording.finish()
        let files = disk.names.filter { $0.hasSuffix(".ts") }.sorted()
        #expect(files.count == 3 && files.allSatisfy { $0.hasPrefix("/r/cam_19700112_1346") })
        #expect(files.map { disk.bytes($0)?.count } == [1000, 1001, 1002])
        let next = await recordings.order("cam", "rtsp://192.0.2.1/live")
        #expect(next.recording.progress.snapshot.startedSeconds == 1_000_000 - 3 * 3600)
        await recordings.stopAll()
    }

    @Test func `files are named by the wall clock as it was last looked at, engines hear of it`()
        async throws
    {
        let disk = ModelDisk()
        let wall = Mutex<Int64>(1_000_000_000_000_000)  // 1970-01-12 13:46:40
        let recordings = try Recordings(
            in: .init("/r", on: disk), clock: { wall.withLock { $0 } },
            report: { _, _ in })
        let order = await recordings.order("cam", "rtsp://192.0.2.1/live")
        let heard = Mutex<[ClockMap]>([])
        order.recording.followClock { clock in heard.withLock { $0.append(clock) } }
        await recordings.add(order, RunningSource {})
        for number in 0..<2 {
            order.recording.take(.began(.mpegts))
            order.recording.take(.data(chunk(at: 0, 1000 + number), RecordingStatistics()))
            order.recording.take(.finished(RecordingStatistics()))
            wall.withLock { $0 += 3_600_000_000_000 }
            await recordings.tellClock()
        }
        await recordings.stopAll()
        let files = disk.names.filter { $0.hasSuffix(".ts") }.sorted()
        #expect(files.count == 2 && files[0].hasPrefix("/r/cam_19700112_1346"))
        #expect(files[1].hasPrefix("/r/cam_19700112_1446"))
        let clocks = heard.withLock { $0 }
        #expect(clocks.count == 2)
        let passed = clocks.map { $0.unixNanoseconds(at: .now()) / 3_600_000_000_000 }
        #expect(passed == [278, 279], "1 000 000 s are 277.8 hours")
        order.recording.followClock { clock in heard.withLock { $0.append(clock) } }
        #expect(heard.withLock { $0.last } == clocks.last, "who comes later hears it at once")
    }

    @Test func `an index without its closing mark is read again when it has changed`() async throws
    {
        var template = Array("/tmp/sluice-catalog-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        let folder = String(
            decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let (storage, path) = (SystemStorage(), folder + "/cam_20260101_000000.ts")
        defer {
            for file in [path, path + ".index", folder] { remove(file) }
        }
        let recordings = try Recordings(
            folder: folder, clock: { 0 }, report: { _, _ in })
        _ = await recordings.recovered()
        let catalog = RecordingCatalog(recordings)
        let (data, index) = (try storage.create(path), try storage.create(path + ".index"))
        try storage.write([UInt8](repeating: 0x47, count: 2000), to: data, at: 0)
        var records = ByteWriter()
        var writer = IndexWriter(IndexHeader(container: .mpegts, formats: []), into: &records)
        for number in 0..<2 {
            writer.append(
                IndexedPart(
                    offset: UInt64(number) * 1000, byteCount: 1000,
                    start: .milliseconds(Int64(number) * 200), duration: .milliseconds(200),
                    isIndependent: true), into: &records)
            try storage.write(records.bytes, to: index, at: 0)
            let file = try await catalog.file("cam_20260101_000000.ts")
            #expect(file?.index.partCount == number + 1)
        }
        #expect(try await !catalog.remove("cam_20260101_000000.ts"), "somebody writes it")
        for file in [data, index] { storage.close(file) }
        #expect(try await catalog.remove("cam_20260101_000000.ts"))
    }
}
