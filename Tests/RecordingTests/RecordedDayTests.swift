import Codecs
import Glibc
import Muxer
import RTP
import Synchronization
import Testing
import Timing

@testable import Recording

/// A day of recording in virtual time, from frames to the disk's calls, in a process of its own: what
/// memory it takes.
@Suite(.timeLimit(.minutes(4))) struct RecordedDayTests {
    @Test(arguments: [Container.mpegts, .fmp4, .mp4])
    func `a day takes 10 MB of memory at most, and does not grow after its first hour`(
        container: Container
    ) async {
        await #expect(processExitsWith: .success) { [name = container.rawValue as String] in
            let container = try #require(Container(rawValue: name))
            let before = try resident()
            var day = try RecordedDay(container)
            day.record(hours: 1)
            let hour = try resident()
            day.record(hours: 23)
            let after = try resident()
            #expect(after - before <= 10_000_000, "\(after - before) octets")
            // A segment's forty octets each two seconds are kept, in arrays that double.
            #expect(after - hour <= 6_000_000, "\(after - hour) octets")
            #expect(day.disk.byteCount > 86_400 * 1000, "all of it was written")
            #expect(day.recording.progress.snapshot.droppedBytes == 0)
        }
    }
}

/// Half a picture a second, each a part and a segment of its own: as many entries in every list as a
/// camera's day has, in a tenth of the time.
private struct RecordedDay: ~Copyable {
    let disk = NullDisk()
    let recording: RunningRecording
    private let virtual = VirtualDisk()
    private var work: DiskWork
    private var engine: StreamRecording
    private let stream = StampedStream(framesPerSecond: 1, keyframeEvery: 1, byteCount: 2_000)
    private var number = 0

    init(_ container: Container) throws {
        let sweep = Sweep(folder: "/r", retention: Retention(), claims: virtual.claims) { 0 }
        work = DiskWork(
            storage: disk, policy: .interval(.seconds(1)), claims: virtual.claims,
            space: DiskSpace(sweep, condition: virtual.condition) { $0() })
        recording = RunningRecording(
            folder: "/r", name: "cam", disk: virtual.door, clock: { 0 }, report: { _, _ in })
        engine = try StreamRecording(
            picture: StampedStream.format, sound: nil,
            options: RecordingOptions(container: container),
            clock: ClockMap(instant: Instant(nanoseconds: 0), unixNanoseconds: 0))
    }

    mutating func record(hours: Int) {
        for _ in 0..<hours * 1800 {
            engine.write(stream.longPicture(number), time: stream.time(number * 2))
            while let event = engine.nextEvent() { recording.take(event) }
            virtual.perform(&work, at: stream.start + stream.time(number * 2))
            number += 1
        }
    }
}

/// Takes all, keeps nothing.
private final class NullDisk: Storage {
    private let count = Mutex<UInt64>(0)
    var byteCount: UInt64 { count.withLock { $0 } }

    func create(_ path: String) -> Int32 { 1 }
    func open(_ path: String) -> Int32 { 1 }
    func close(_ file: Int32) {}
    func isThere(_ file: Int32, at path: String) -> Bool { true }
    func byteCount(of file: Int32) -> UInt64 { byteCount }
    func read(_ file: Int32, at offset: UInt64, count: Int) -> [UInt8] { [] }
    func withOctets<T>(
        of file: Int32, _ body: (RawSpan) throws(StorageError) -> T
    ) throws(StorageError) -> T { try body([UInt8]().span.bytes) }
    func write(_ bytes: [UInt8], to file: Int32, at offset: UInt64) {
        count.withLock { $0 += UInt64(bytes.count) }
    }
    func truncate(_ file: Int32, to byteCount: UInt64) {}
    func sync(_ file: Int32) {}
    func syncFolder(_ folder: String) {}
    func remove(_ path: String) {}
    func files(in folder: String) -> [StoredFile] { [] }
    func freeBytes(in folder: String) -> UInt64 { 1 << 40 }
}

extension StampedStream {
    /// A key frame of `byteCount` octets, whose units have lengths of two octets.
    fileprivate func longPicture(_ number: Int) -> AccessUnit {
        var slice: [UInt8] = [0x65] + Self.stamp(number)
        slice += [UInt8](repeating: 0x5A, count: byteCount - slice.count)
        var unit = AccessUnit(
            timestamp: Int64(number), arrival: start + time(number),
            bytes: [Self.sps, Self.pps, slice].flatMap {
                [0, 0, UInt8($0.count >> 8), UInt8($0.count & 255)] + $0
            })
        unit.isKeyframe = true
        return unit
    }
}

/// Octets of this process that are in memory and its own: of the program's, the kernel takes and brings back
/// as many as it likes when others need room.
private func resident() throws -> Int {
    let file = try #require(fopen("/proc/self/status", "r"))
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    while fgets(&line, 256, file) != nil {
        let octets = line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        let words = String(decoding: octets, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        guard words.count == 3, words[0] == "RssAnon:" else { continue }
        return try #require(Int(words[1])) * 1024
    }
    throw StorageError(path: "/proc/self/status", code: ENODATA)
}
