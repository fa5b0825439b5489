import Codecs
import Glibc
import Muxer
import Testing
import Timing
import Wire

@testable import Recording

/// Transport streams with sound whose files were cut: by a crash, by a loss of power, by a disk that refuses.
@Suite struct TornEndTests {
    private static let path = "/r/cam_19700101_000000.ts"

    /// What a recording has written to its file and index by some moment.
    private struct Written {
        var bytes: [UInt8] = []
        var index: [UInt8] = []
        var parts: [IndexedPart] = []
        var header: IndexHeader?
    }

    private static func format() throws -> TrackFormat {
        .aac(try #require(AudioSpecificConfig(sampleRate: 48_000, channelCount: 2)))
    }

    /// Two seconds of pictures and sound, as they stood after each write.
    private static func recording() throws -> [Written] {
        let stream = StampedStream(byteCount: 2_000, seed: 3)
        var writer = try SegmentWriter([StampedStream.format, try format()], container: .mpegts)
        var (written, all, heard) = (Written(), [Written](), 0)
        func write(_ sample: Sample, _ payload: [UInt8]) throws {
            var output = ByteWriter()
            _ = try writer.write(sample, payload: payload.span.bytes, into: &output)
            let parts = writer.takeParts()
            written.bytes += output.bytes
            written.index += parts.flatMap(\.record)
            written.parts += parts.map(\.part)
            written.header = writer.indexHeader
            if output.count > 0, !written.index.isEmpty { all.append(written) }
        }
        for number in 0..<50 {
            let picture = stream.picture(number)
            try write(
                Sample(track: 0, time: stream.time(number), isKeyframe: picture.isKeyframe),
                picture.bytes)
            while heard * 1024 < (number + 1) * 48_000 / 25 {
                let time = Interval(nanoseconds: Int64(heard) * 64_000_000 / 3)
                let payload = (0..<200 + heard * 37 % 90).map {
                    UInt8(truncatingIfNeeded: $0 ^ heard | 1)
                }
                try write(Sample(track: 1, time: time), payload)
                heard += 1
            }
        }
        return all
    }

    private static func disk(_ written: Written) -> ModelDisk {
        let disk = ModelDisk()
        disk.put(path, written.bytes)
        disk.put(path + ".index", written.index)
        return disk
    }

    /// The octets of sound in a file.
    private static func sound(_ bytes: [UInt8]) -> [UInt8] {
        var demuxer = TransportStreamDemuxer()
        demuxer.receive(bytes.span.bytes)
        demuxer.finish()
        return demuxer.takeUnits().filter { $0.streamType == 0x0F }.flatMap(\.payload)
    }

    /// How many frames there are, and how many octets of another one.
    private static func frames(_ sound: [UInt8]) throws -> (count: Int, rest: Int) {
        var (count, place) = (0, 0)
        while sound.count - place >= 7 {
            let head = Array(sound[place..<place + 7])
            let header = try ADTSHeader(parsing: head.span.bytes)
            guard place + header.frameByteCount <= sound.count else { break }
            (count, place) = (count + 1, place + header.frameByteCount)
        }
        return (count, sound.count - place)
    }

    private static func recover(_ disk: ModelDisk, isPowerLoss: Bool = false) -> RecoveryReport {
        Recovery(storage: disk, folder: "/r", bootSeconds: isPowerLoss ? .max : -1).run()
    }

    /// Whether a recovered file ends with a whole frame, and its index tells of all of it.
    private static func isWhole(_ disk: ModelDisk) throws -> Bool {
        let (bytes, index) = (disk.bytes(path) ?? [], disk.bytes(path + ".index") ?? [])
        var reader = try IndexReader(index.span.bytes)
        let parts = reader.readParts()
        for (part, next) in zip(parts, parts.dropFirst()) {
            #expect(part.end == next.offset && part.start + part.duration == next.start)
        }
        let rest = try frames(sound(bytes)).rest
        return rest == 0 && parts.last?.end == UInt64(bytes.count)
    }

    @Test func `sound that a crash has torn is whole after recovery, once`() throws {
        var tornCount = 0
        for written in try Self.recording() {
            let before = Self.sound(written.bytes)
            let (count, rest) = try Self.frames(before)
            let disk = Self.disk(written)
            #expect(Self.recover(disk).mended == 1)
            #expect(try Self.isWhole(disk))
            let bytes = try #require(disk.bytes(Self.path))
            #expect(bytes.count <= written.bytes.count + 2 * 188)
            let after = Self.sound(bytes)
            #expect(try Self.frames(after).count == count + (rest > 0 ? 1 : 0))
            #expect(after.starts(with: before.dropLast(rest)))
            // Its header, and the block of two channels without anything.
            let silent = after[(before.count - rest)...].count { $0 != 0 }
            #expect(rest == 0 || silent <= 9, "silence")
            let index = disk.bytes(Self.path + ".index")
            #expect(Self.recover(disk) == .of(files: 1))
            #expect(disk.bytes(Self.path) == bytes && disk.bytes(Self.path + ".index") == index)
            tornCount += rest > 0 ? 1 : 0
        }
        #expect(tornCount > 20, "\(tornCount)")
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func `power that goes at any call of that leaves it to the next start`(seed: UInt64) throws {
        let all = try Self.recording()
        var steps = 0
        for written in all where written.bytes.count % 5 == Int(seed) % 5 {
            let disk = Self.disk(written)
            disk.state.withLock { $0.keepsOneOf = 1 }
            _ = Self.recover(disk)
            for (step, state) in disk.state.withLock({ $0.kept }).enumerated() {
                for isPowerLoss in [true, false] {
                    let left = ModelDisk(state)
                    if isPowerLoss {
                        left.losePower(seed: seed + UInt64(step))
                    } else {
                        left.kill()
                    }
                    _ = Self.recover(left, isPowerLoss: isPowerLoss)
                    #expect(try Self.isWhole(left), "step \(step)")
                    #expect(Self.recover(left) == .of(files: 1))
                    steps += 1
                }
            }
        }
        #expect(steps > 50, "\(steps)")
    }

    @Test func `a sync of that which fails leaves a file that is looked at on the disk`() throws {
        let written = try #require(try Self.recording().last)
        let disk = Self.disk(written)
        disk.state.withLock { $0.syncFailure = EIO }
        #expect(Self.recover(disk).refused.map(\.code) == [EIO])
        #expect(disk.bytes(Self.path + ".index")?.suffix(8) == UnsureMark.bytes[...])
        disk.state.withLock { $0.syncFailure = nil }
        #expect(Self.recover(disk).mended == 1)
        #expect(try Self.isWhole(disk))
    }

    /// One that ends with its last part, and sound torn there.
    private static func torn() throws -> Written {
        let ends = try recording().map { written in
            var end = written
            end.bytes.removeSubrange(Int(written.parts.last?.end ?? 0)...)
            return end
        }
        return try #require(try ends.last { try frames(sound($0.bytes)).rest > 0 })
    }

    @Test func `a disk without room for that has the file closed as it was`() throws {
        let written = try Self.torn()
        var rooms: Set<Bool> = []
        var unmarked = 0
        for room in stride(from: 8, through: 800, by: 8) as StrideThrough<UInt64> {
            let disk = Self.disk(written)
            let used = disk.usedBytes
            disk.state.withLock { $0.capacity = used + room }
            let report = Self.recover(disk)
            guard report.refused.isEmpty else {
                #expect(try Self.isWhole(disk))
                unmarked += 1
                continue
            }
            #expect(report.mended == 1)
            let index = try #require(disk.bytes(Self.path + ".index"))
            #expect(index.suffix(8) == ClosingMark.bytes[...], "\(room)")
            let isSilenced = try Self.isWhole(disk)
            rooms.insert(isSilenced)
            if !isSilenced {
                #expect(disk.bytes(Self.path)?.count == written.bytes.count)
                #expect(index == written.index + ClosingMark.bytes)
            }
        }
        #expect(rooms == [true, false])
        #expect(unmarked <= 1, "room for all but the mark")
    }

    @Test func `an end that cannot be read is closed as it is`() throws {
        let written = try Self.torn()
        let disk = Self.disk(written)
        disk.state.withLock { $0.unreadable = 0..<1 }
        #expect(Self.recover(disk).mended == 1)
        #expect(disk.bytes(Self.path) == written.bytes)
        #expect(disk.bytes(Self.path + ".index") == written.index + ClosingMark.bytes)
    }

    /// The octets of a chunk with the parts and records that it completes.
    private static func chunk(_ written: Written, behind before: Written) -> FileChunk {
        FileChunk(
            bytes: Array(written.bytes[before.bytes.count...]),
            index: Array(written.index[before.index.count...]),
            parts: Array(written.parts[before.parts.count...]), header: written.header)
    }

    @Test(arguments: [false, true])
    func `what a disk refuses to go on with ends with whole sound`(isFull: Bool) throws {
        let all = try Self.recording()
        let start = Instant(nanoseconds: 1_000_000_000)
        var tornCount = 0
        for last in stride(from: 10, to: all.count - 1, by: 9) {
            let disk = VirtualDisk()
            var work = disk.work()
            let file = RecordingFile(
                in: "/r", name: "cam", startSeconds: 0, live: .empty(), disk: disk.door,
                queue: WaitingOctets(), onEvent: { _ in })
            var before = Written()
            for written in all[...last] {
                #expect(file.append(Self.chunk(written, behind: before)))
                before = written
            }
            disk.perform(&work, at: start)
            let model = disk.model
            if isFull {
                let used = model.usedBytes
                model.state.withLock { $0.capacity = used }
            } else {
                model.state.withLock { $0.callsToRefusal = 0 }
            }
            #expect(file.append(Self.chunk(all[last + 1], behind: before)))
            disk.perform(&work, at: start)
            model.state.withLock { $0.capacity = 1 << 40 }
            for step in 1...4 { disk.perform(&work, at: start + .milliseconds(500 * Int64(step))) }
            let index = try #require(model.bytes(Self.path + ".index"))
            #expect(index.suffix(ClosingMark.bytes.count) == ClosingMark.bytes[...])
            #expect(try Self.isWhole(model))
            let end = Int(try #require(before.parts.last?.end))
            let rest = try Self.frames(Self.sound(Array(before.bytes[..<end]))).rest
            tornCount += rest > 0 ? 1 : 0
            #expect(((model.bytes(Self.path)?.count ?? 0) > end) == (rest > 0))
        }
        #expect(tornCount > 3, "\(tornCount)")
    }
}
