import Foundation
import Testing

/// The recorder when the disk fills up, when it is killed, and when its camera stops.
@Suite(.serialized, .tags(.interop), .timeLimit(.minutes(4)))
struct RecorderDiskTests {
    struct Stopped: Decodable {
        let alarm: Bool
        let resumedSeconds: Double?
        let exit: Int32
        let states: [String]
        let files: Int
        let playing: Int
        let log: [String]
    }

    struct Evicted: Decodable {
        let left: [String]
        let deleted: Int
        let others: Bool
        let exit: Int32
        let states: [String]
        let playing: Int
    }

    struct Lost: Decodable {
        let refused: String
        let octets: Int
        let recovered: String
        let left: Int
        let zeroBlocks: Int
        let plays: Bool
    }

    struct Killed: Decodable {
        let kills: Int
        let playing: Int
        let loss_p50_seconds: Double?
        let loss_max_seconds: Double?
        let recovery_is_idempotent: Bool
        let playing_after_recovery: Int
    }

    struct Stalled: Decodable {
        let normalStreak: Int
        let firstOctets: Double?
        let shownSeconds: Double?
        let state: String
        let streak: Int
        let closedSeconds: Double?
        let errors: String
        let resumedSeconds: Double?
        let exit: Int32
    }

    private static let python = "/usr/bin/python3"

    private static func onSmallDisk<Value: Decodable>(_ scenario: String) async throws -> Value {
        let script = Lab.root + "/Tests/InteropTests/Support/recorder_disk.py"
        return try await Lab.json(
            ["unshare", "-m", python, script, Lab.executable("recorder"), scenario], seconds: 150)
    }

    @Test(.enabled(if: Lab.isRoot, "needs root for a disk of its own"))
    func `a full disk stops recording, not the process, and room lets it go on`() async throws {
        let found: Stopped = try await Self.onSmallDisk("stop")
        #expect(found.states.contains("degraded"), "\(found.states)")
        #expect(found.states.contains("no_space") && found.states.last == "recording")
        #expect(found.alarm)
        // It looks twice a second, and begins with the key frame after that: one comes each second.
        #expect(found.resumedSeconds ?? 99 < 3, "\(found)")
        #expect(found.exit == 0)
        #expect(found.files >= 2 && found.playing == found.files, "\(found)")
        let lines = found.log.filter { $0.contains("until there is room") }
        #expect(lines.count == 1, "told once: \(found.log)")
    }

    @Test(.enabled(if: Lab.isRoot, "needs root for a disk of its own"))
    func `a listed camera whose first file cannot be made is tried until it can`() async throws {
        let found: Stopped = try await Self.onSmallDisk("first")
        #expect(found.states.contains("no_space") && found.states.last == "recording")
        #expect(!found.states.contains("stopped") && found.alarm, "\(found)")
        let begun = found.states.firstIndex(of: "recording")
        #expect(begun == found.states.indices.last, "not before there is a file: \(found.states)")
        #expect(found.resumedSeconds ?? 99 < 3, "\(found)")
        #expect(found.exit == 0 && found.files == 1 && found.playing == 1, "\(found)")
        #expect(found.log.count { $0.contains("cannot write") } == 1, "told once: \(found.log)")
    }

    @Test(.enabled(if: Lab.isRoot, "needs root for a disk of its own"))
    func `the oldest recordings make room where they may, and nothing else does`() async throws {
        let found: Evicted = try await Self.onSmallDisk("evict")
        #expect(!found.states.contains("no_space"))
        #expect(found.deleted >= 2 && found.left.count + found.deleted == 6, "\(found)")
        #expect(found.left == (1...6).map { "cam_2020010\($0)_000000.ts" }.suffix(found.left.count))
        #expect(found.others && found.exit == 0 && found.playing == 1)
    }

    @Test(
        .enabled(
            if: Lab.isRoot && Lab.has("losetup") && Lab.has("mkfs.ext4") && hasLoops,
            "needs root and a loop device for a disk that fails"))
    func
        `what a failed sync has lost is cut off by the next start, which the kernel hides it from`()
        async throws
    {
        let script = Lab.root + "/Tests/InteropTests/Support/lost_sync.py"
        let found: Lost = try await Lab.json(
            ["unshare", "-m", Self.python, script, Lab.executable("recorder")], seconds: 150)
        #expect(found.refused == "\u{7F}unsure\n" && found.recovered == "\u{7F}whole\r\n")
        #expect(found.zeroBlocks == 0 && found.plays, "\(found)")
        #expect(found.left < found.octets && found.left > found.octets / 2, "\(found)")
    }

    private static var hasLoops: Bool {
        FileManager.default.fileExists(atPath: "/dev/loop-control")
    }

    @Test(arguments: ["mpegts", "fmp4", "mp4", "webm"])
    func `what a killed recorder has written plays, also while it begins another file`(
        format: String
    ) async throws {
        // The strict bounds are those of make kill-recorder, on a quiet machine.
        let found: Killed = try await Lab.json(
            [
                Lab.root + "/Scripts/kill-recorder", "--kills", "6", "--parallel", "3",
                "--format", format, "--segment", "1", "--recorder", Lab.executable("recorder"),
            ], seconds: 150, mayFail: true)
        #expect(found.playing == found.kills)
        #expect(found.recovery_is_idempotent && found.playing_after_recovery == found.kills)
        #expect(found.loss_p50_seconds ?? 99 < 0.5)
        #expect(found.loss_max_seconds ?? 99 < 1.5)
    }

    @Test func `a camera that stops is noticed, and its file is whole`() async throws {
        let script = Lab.root + "/Tests/InteropTests/Support/recorder_stall.py"
        let found: Stalled = try await Lab.json(
            [Self.python, script, Lab.executable("recorder")], seconds: 150)
        #expect(found.firstOctets ?? 99 < 5)
        #expect(found.normalStreak == 0)
        #expect(found.shownSeconds ?? 99 < 5)
        #expect(["stalled", "waiting"].contains(found.state))
        #expect((3...6).contains(found.streak), "\(found)")
        #expect(found.closedSeconds ?? 99 < 12)
        #expect(found.errors.isEmpty, "\(found.errors)")
        #expect(found.resumedSeconds != nil && found.exit == 0)
    }
}
