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
            // Half a picture a second, each a part and a segment of its own: as many entries in every
            // list as a camera's day has, in a tenth of the time.
            let stream = StampedStream(framesPerSecond: 1, keyframeEvery: 1, byteCount: 2_000)
            let before = try resident()
            var day = try RecordedDay(container, stream, each: 2)
            day.record(hours: 1)
            let hour = try resident()
            day.record(hours: 23)
            let after = try resident()
            #expect(after - before <= 10_000_000, "\(after - before) octets")
            // A segment's forty octets each two seconds are kept, in arrays that double.
            #expect(after - hour <= 6_000_000, "\(after - hour) octets")
            #expect(day.disk.byteCount > 86_400 * 1000, "all of it was written")
            #expect(day.recording.progress.snapshot.disk.droppedBytes == 0)
        }
    }

    @Test(arguments: [Container.mpegts, .fmp4, .mp4])
    func
        `files of an hour with sound, in parts of 200 ms and closed, take no more from one to the next`(
            container: Container
        ) async
    {
        await #expect(processExitsWith: .success) { [name = container.rawValue as String] in
            let container = try #require(Container(rawValue: name))
            var options = RecordingOptions(container: container)
            options.limits.duration = .seconds(3600)
            let stream = StampedStream(framesPerSecond: 5, keyframeEvery: 10, byteCount: 2_000)
            let before = try resident()
            var day = try RecordedDay(container, stream, options: options, hasSound: true)
            day.record(hours: 1)
            let hour = try resident()
            day.record(hours: 3)
            day.finish()
            let after = try resident()
            #expect(after - before <= 10_000_000, "\(after - before) octets")
            #expect(after - hour <= 2_000_000, "\(after - hour) octets")
            let progress = day.recording.progress.snapshot
            #expect(progress.files.count == 4 && progress.disk.droppedBytes == 0)
            #expect(day.disk.heads.count == (container == .mp4 ? 4 : 0))
            #expect(day.disk.heads.allSatisfy { $0 <= 512 }, "no disk writes half of it")
        }
    }
}

/// A camera's recording, as long as one likes.
private struct RecordedDay: ~Copyable {
    let disk: NullDisk
    let recording: RunningRecording
    private let virtual: VirtualDisk
    private var work: DiskWork
    private var engine: StreamRecording
    private let stream: StampedStream
    /// Seconds from picture to picture of the stream, which has so many a second.
    private let seconds: Int
    private let hasSound: Bool
    private var number = 0

    /// - Parameter seconds: What the stream takes for a second.
    init(
        _ container: Container, _ stream: StampedStream, each seconds: Int = 1,
        options: RecordingOptions? = nil, hasSound: Bool = false
    ) throws {
        let (disk, virtual) = (try NullDisk(), VirtualDisk())
        let aac = try #require(AudioSpecificConfig(sampleRate: 48_000, channelCount: 2))
        let engine = try StreamRecording(
            picture: StampedStream.format, sound: hasSound ? .aac(aac) : nil,
            options: options ?? RecordingOptions(container: container),
            clock: ClockMap(instant: Instant(nanoseconds: 0), unixNanoseconds: 0))
        (self.stream, self.seconds, self.hasSound) = (stream, seconds, hasSound)
        (self.disk, self.virtual) = (disk, virtual)
        work = virtual.work(on: disk)
        recording = RunningRecording(
            folder: "/r", name: "cam", disk: virtual.door, clock: { 0 }, report: { _ in })
        self.engine = engine
    }

    mutating func record(hours: Int) {
        for _ in 0..<hours * 3600 / seconds * stream.framesPerSecond {
            let time = stream.time(number * seconds)
            engine.write(stream.picture(number), time: time)
            if hasSound {
                let frame = AudioFrame(
                    timestamp: Int64(number), arrival: stream.start + time, bytes: Self.sound)
                engine.write(frame, time: time)
            }
            perform(at: time)
            number += 1
        }
    }

    /// Closes the last file.
    mutating func finish() {
        engine.finish()
        perform(at: stream.time(number * seconds))
    }

    private mutating func perform(at time: Interval) {
        while let event = engine.nextEvent() { recording.take(event) }
        virtual.perform(&work, at: stream.start + time)
    }

    private static let sound = [UInt8](repeating: 0x21, count: 400)
}

/// Takes all, and keeps nothing but the indexes: as files, for what closes a recording reads its own.
private final class NullDisk: Storage {
    private struct State {
        var byteCount: UInt64 = 0
        var sizes: [Int32: UInt64] = [:]
        var next: Int32 = 1 << 20
        var heads: [Int] = []
    }

    private let state = Mutex(State())
    private let indexes: String
    private let system = SystemStorage()

    init() throws {
        var template = Array("/tmp/sluice-day-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        indexes = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        for file in (try? system.files(in: indexes)) ?? [] {
            try? system.remove(indexes + "/" + file.name)
        }
        rmdir(indexes)
    }

    /// Octets of all recordings.
    var byteCount: UInt64 { state.withLock { $0.byteCount } }
    /// The octets of each write to a file's beginning that had been written before.
    var heads: [Int] { state.withLock { $0.heads } }

    private func isIndex(_ file: Int32) -> Bool { file < 1 << 20 }

    func create(_ path: String) throws(StorageError) -> Int32 {
        guard !path.hasSuffix(".index") else {
            return try system.create(indexes + path.dropFirst("/r".count))
        }
        return state.withLock { state in
            state.next += 1
            state.sizes[state.next] = 0
            return state.next
        }
    }
    func close(_ file: Int32) {
        if isIndex(file) { system.close(file) } else { state.withLock { $0.sizes[file] = nil } }
    }
    func byteCount(of file: Int32) throws(StorageError) -> UInt64 {
        isIndex(file) ? try system.byteCount(of: file) : state.withLock { $0.sizes[file] ?? 0 }
    }
    func withOctets<T>(
        of file: Int32, _ body: (RawSpan) throws(StorageError) -> T
    ) throws(StorageError) -> T { try system.withOctets(of: file, body) }
    func write(_ bytes: [UInt8], to file: Int32, at offset: UInt64) throws(StorageError) {
        guard !isIndex(file) else { return try system.write(bytes, to: file, at: offset) }
        state.withLock { state in
            let size = state.sizes[file] ?? 0
            if offset == 0, size > 0 { state.heads.append(bytes.count) }
            state.sizes[file] = max(size, offset + UInt64(bytes.count))
            state.byteCount += UInt64(bytes.count)
        }
    }
    func truncate(_ file: Int32, to byteCount: UInt64) throws(StorageError) {
        if isIndex(file) { try system.truncate(file, to: byteCount) }
    }
    func open(_ path: String) -> Int32 { 1 }
    func date(_ file: Int32, _ seconds: Int64) {}
    func isThere(_ file: Int32, at path: String) -> Bool { true }
    func read(_ file: Int32, at offset: UInt64, count: Int) -> [UInt8] { [] }
    func sync(_ file: Int32) {}
    func forget(_ file: Int32) {}
    func syncFolder(_ folder: String) {}
    func remove(_ path: String) {}
    func files(in folder: String) -> [StoredFile] { [] }
    func freeBytes(in folder: String) -> UInt64 { 1 << 40 }
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
