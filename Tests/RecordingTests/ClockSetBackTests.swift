import Glibc
import Muxer
import Synchronization
import Testing
import Timing

@testable import Recording

/// Files of one name stay in the order in which they were recorded, whatever the clock does.
@Suite struct ClockSetBackTests {
    private static let start = Instant(nanoseconds: 1_000_000_000)

    /// The names that files get which begin at these seconds.
    private static func names(at seconds: [Int64], after newest: Int64? = nil) -> [String] {
        let disk = VirtualDisk()
        var work = disk.work()
        let clock = Clock()
        let recording = RunningRecording(
            folder: "/r", name: "cam", disk: disk.door, newestSeconds: newest,
            clock: { clock.seconds * 1_000_000_000 }, report: { _ in })
        var names: [String] = []
        for second in seconds {
            clock.set(second)
            recording.take(.began(.mpegts))
            recording.take(.data(chunk(at: 0, 100), RecordingStatistics()))
            disk.perform(&work, at: Self.start)
            names.append(String(recording.progress.snapshot.files.path.dropFirst(3)))
            recording.take(.finished(RecordingStatistics()))
            disk.perform(&work, at: Self.start)
        }
        #expect(recording.progress.snapshot.files.firstPath == "/r/" + names[0])
        return names
    }

    private final class Clock: Sendable {
        private let now = Mutex<Int64>(0)
        var seconds: Int64 { now.withLock { $0 } }
        func set(_ seconds: Int64) { now.withLock { $0 = seconds } }
    }

    @Test func `a file that begins after the clock was set back comes behind the others`() {
        let names = Self.names(at: [7200, 7200, 3600, 3601, 7201, 7300])
        #expect(
            names == [
                "cam_19700101_020000.ts", "cam_19700101_020000_2.ts", "cam_19700101_020001.ts",
                "cam_19700101_020002.ts", "cam_19700101_020003.ts", "cam_19700101_020140.ts",
            ])
        var listing = FolderListing()
        listing.take(names.reversed(), changed: nil, at: 0)
        #expect(listing.files.map(\.file) == names)
    }

    @Test func `so does one of another run, or of a machine that does not know the time yet`() {
        #expect(Self.names(at: [10], after: 86_400) == ["cam_19700102_000001.ts"])
        #expect(Self.names(at: [10], after: 9) == ["cam_19700101_000010.ts"])
    }

    @Test func `more than nine files of one second keep their order`() {
        var listing = FolderListing()
        let files = (1...12).map { number in
            RecordingName("cam", at: 0, number: number, .mpegts).file
        }
        listing.take(files.shuffled(), changed: nil, at: 0)
        #expect(listing.files.map(\.file) == files)
    }

    @Test func `a stamp is a time, unless it is none`() {
        for seconds in [Int64(0), 951_782_400, 1_763_725_831, 4_102_444_799] {
            #expect(RecordingName("a", at: seconds, .mpegts).seconds == seconds)
        }
        #expect(RecordingName("a_20260231_000000.ts")?.seconds == nil)
        #expect(RecordingName("a_20260101_240000.ts")?.seconds == nil)
    }

    @Test func `the newest file of a name is found by the names in its folder`() throws {
        var template = Array("/tmp/sluice-names-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        let folder = String(
            decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let files = [
            "cam_19700101_000100.ts", "cam_19700101_000200_3.mp4", "cam_19700101_000130.ts",
            "cam1_19700101_010000.ts", "cam_99991231_235959.ts", "cam_19709901_000000.ts",
            "cam_19700101_000300.ts.index",
        ]
        defer { for file in files + [""] { remove(folder + "/" + file) } }
        for file in files { close(open(folder + "/" + file, O_CREAT | O_WRONLY, 0o600)) }
        let reading = FolderReading(folder: folder)
        #expect(reading.newestSeconds(of: "cam") == 120)
        #expect(reading.newestSeconds(of: "cam1") == 3600)
        #expect(reading.newestSeconds(of: "ca") == nil)
        #expect(reading.newestSeconds(of: ["cam", "ca", "cam1"]) == ["cam": 120, "cam1": 3600])
        #expect(FolderReading(folder: folder + "/x").newestSeconds(of: "cam") == nil)
    }
}
