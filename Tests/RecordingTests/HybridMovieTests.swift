import Codecs
import Muxer
import RTP
import Testing
import Timing

@testable import Recording

/// MP4 that grows as fragments and becomes a plain file when it is closed, also by the next start.
@Suite struct HybridMovieTests {
    /// Three seconds on a disk; closed, or left as a crash leaves it.
    ///
    /// - Parameter calls: After so many calls of the closing the disk refuses one.
    private static func record(isClosed: Bool, refusingAfter calls: Int? = nil) throws -> ModelDisk
    {
        let (disk, stream) = (VirtualDisk(), StampedStream())
        var work = disk.work()
        var recording = try StreamRecording(
            picture: StampedStream.format, sound: nil,
            options: RecordingOptions(container: .mp4),
            clock: ClockMap(instant: Instant(nanoseconds: 0), unixNanoseconds: 0))
        let file = RecordingFile(
            in: "/r", name: "cam", startSeconds: 0, live: LiveIndex(.mp4), disk: disk.door,
            queue: WaitingOctets(), onEvent: { _ in })
        func take() {
            while let event = recording.nextEvent() {
                if case .data(let chunk, _) = event { #expect(file.append(chunk)) }
            }
        }
        for number in 0..<75 {
            recording.write(stream.picture(number), time: stream.time(number))
            take()
        }
        recording.finish()
        take()
        disk.perform(&work, at: stream.start)
        if isClosed { file.end() }
        disk.model.state.withLock { $0.callsToRefusal = calls }
        disk.perform(&work, at: stream.start)
        disk.model.kill()
        return disk.model
    }

    private static let path = "/r/cam_19700101_000000.mp4"

    /// Where so many parts' records of an index end.
    private static func end(ofRecords count: Int, in index: [UInt8]) throws -> Int {
        var reader = try IndexReader(index.span.bytes)
        for _ in 0..<count { _ = reader.next() }
        return reader.byteCount
    }

    /// The kinds of the boxes that a file consists of.
    private static func boxes(_ bytes: [UInt8]) -> [String] {
        func number(at offset: Int, _ count: Int) -> Int {
            bytes[offset..<offset + count].reduce(0) { $0 << 8 | Int($1) }
        }
        var (found, offset): ([String], Int) = ([], 0)
        while offset + 16 <= bytes.count {
            let short = number(at: offset, 4)
            let length = short == 1 ? number(at: offset + 8, 8) : short
            found.append(String(decoding: bytes[offset + 4..<offset + 8], as: UTF8.self))
            guard length >= 8 else { return found }
            offset += length
        }
        return found
    }

    @Test func `is a plain file when it is closed`() throws {
        let disk = try Self.record(isClosed: true)
        let bytes = try #require(disk.bytes(Self.path))
        #expect(Self.boxes(bytes) == ["ftyp", "mdat", "moov"])
        #expect(StampedStream.stamps(in: bytes) == Array(0..<75))
    }

    @Test func `is made one by the next start, wherever the closing was interrupted`() throws {
        let closed = try #require(try Self.record(isClosed: true).bytes(Self.path))
        let open = try Self.record(isClosed: false)
        let fragmented = try #require(open.bytes(Self.path))
        let index = try #require(open.bytes(Self.path + ".index"))
        #expect(Self.boxes(fragmented).contains("moof"))
        let tables = closed[fragmented.count...]
        let states: [[UInt8]] = [
            fragmented, fragmented + tables.prefix(100), fragmented + tables, closed,
        ]
        for left in states {
            let disk = ModelDisk()
            disk.put(Self.path, left)
            disk.put(Self.path + ".index", index)
            #expect(Recovery(storage: disk, folder: "/r").run().mended == 1)
            let isSame = disk.bytes(Self.path) == closed
            #expect(isSame)
            #expect(Recovery(storage: disk, folder: "/r").run().mended == 0)
        }
    }

    @Test func `behind a torn record of its index nothing is overwritten: it stays as it grew`()
        throws
    {
        let disk = try Self.record(isClosed: false)
        let (before, stored) = (disk.bytes(Self.path), disk.bytes(Self.path + ".index"))
        var index = try #require(stored)
        let place = try Self.end(ofRecords: 5, in: index)
        for octet in place..<place + 12 { index[octet] = 0 }
        disk.put(Self.path + ".index", index)
        #expect(Recovery(storage: disk, folder: "/r").run() == .of(files: 1, mended: 1))
        let isSame = disk.bytes(Self.path) == before
        #expect(isSame && StampedStream.stamps(in: before ?? []) == Array(0..<75))
        #expect(Recovery(storage: disk, folder: "/r").run() == .of(files: 1))
    }

    @Test func `a refusal at any step of its closing leaves it playing, and is made good`() throws {
        let closed = try #require(try Self.record(isClosed: true).bytes(Self.path))
        let open = try Self.record(isClosed: false)
        let fragmented = try #require(open.bytes(Self.path))
        let tables = closed[fragmented.count...]
        let playing = [fragmented, fragmented + tables, closed]
        var (refused, ends): (Int, Set<Int>) = (0, [])
        while true {
            let disk = try Self.record(isClosed: true, refusingAfter: refused)
            guard disk.state.withLock({ $0.callsToRefusal }) == nil else { break }
            let left = try #require(disk.bytes(Self.path))
            let end = try #require(playing.firstIndex(of: left), "step \(refused)")
            ends.insert(end)
            #expect(Recovery(storage: disk, folder: "/r").run().files == 1)
            let isClosed = disk.bytes(Self.path) == closed
            #expect(isClosed, "step \(refused)")
            refused += 1
        }
        #expect(refused >= 9 && ends == [0, 1, 2])
    }

    @Test func `a refusal of its second closing does not undo the first`() throws {
        let disk = try Self.record(isClosed: true)
        let closed = try #require(disk.bytes(Self.path))
        let index = try #require(disk.bytes(Self.path + ".index"))
        for step in 0..<12 {
            disk.put(Self.path, closed)
            disk.put(Self.path + ".index", index.dropLast(ClosingMark.bytes.count))
            disk.state.withLock { $0.callsToRefusal = step }
            _ = Recovery(storage: disk, folder: "/r").run()
            let isClosed = disk.bytes(Self.path) == closed
            #expect(isClosed, "step \(step)")
        }
    }

    @Test func `without room for its tables it stays what it was, and is closed later`() throws {
        let disk = try Self.record(isClosed: false)
        let before = disk.bytes(Self.path)
        disk.state.withLock { $0.capacity = 0 }
        _ = Recovery(storage: disk, folder: "/r").run()
        let isSame = disk.bytes(Self.path) == before
        #expect(isSame)
        disk.state.withLock { $0.capacity = 1 << 40 }
        #expect(Recovery(storage: disk, folder: "/r").run().mended == 1)
        #expect(Self.boxes(try #require(disk.bytes(Self.path))) == ["ftyp", "mdat", "moov"])
    }
}
