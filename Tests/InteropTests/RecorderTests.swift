import Fetch
import Foundation
import Testing

/// The recorder before a WHEP server that is not ours; ffmpeg judges the files.
@Suite(
    .serialized, .tags(.interop), .timeLimit(.minutes(3)),
    .enabled(if: Lab.hasPython, "make test makes .venv"))
struct RecorderTests {
    @Test func `what aiortc sends is recorded, in another file after aiortc's goodbye`()
        async throws
    {
        let directory = NSTemporaryDirectory() + "sluice-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let server = try ScriptProcess(Lab.python, "whip_server.py", ["--token", "t0k3n"])
        let base = "http://127.0.0.1:\(server.port)"
        let recorder = try RecorderProcess(base + "/whep", bearer: "t0k3n", to: directory)
        try await Task.sleep(for: .seconds(8))
        _ = try Fetcher().perform(HTTPCall("POST", base + "/goodbye", body: []))
        try await Task.sleep(for: .seconds(10))
        let (code, rest) = recorder.stop()
        #expect(code == 0)
        #expect(!(recorder.log + rest).contains("t0k3n"))
        #expect(try PublishingTests.figures(of: server).states.last == "closed")
        let files = try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
            .filter { !$0.hasSuffix(".index") }
        #expect(files.count == 2, "\(files) \(recorder.log) \(rest)")
        for file in files { try await Self.check(directory + "/" + file) }
    }

    struct Room: Decodable {
        let files: [String]
        /// Of each file: where a busy browser sends smaller pictures another begins.
        let codecs: [[String]]
        let frames: Int
        /// The shortest time between two pictures.
        let step: Double
        let log: String
        let exit: Int32
        let held: Int
        let listed: Int
        let exported: Int
        let exportedAs: String
        let hasThumbnail: Bool
    }

    @Test func `a room of VP8 is recorded as WebM, whatever was asked for`() async throws {
        let room: Room = try await Lab.script(
            "recorder_room.py", [Lab.executable("recorder"), "VP8", "mpegts"])
        #expect(!room.files.isEmpty && room.files.allSatisfy { $0.hasSuffix(".webm") })
        #expect(room.codecs.allSatisfy { $0 == ["vp8", "opus"] }, "\(room)")
        #expect(room.frames > 60 && room.exit == 0)
        #expect(room.step > 0.009, "what came before the recording kept its times: \(room.step)")
        #expect(room.log.contains("MPEG-TS cannot hold VP8 (track 0): WebM can, and is written"))
        #expect(room.listed == room.held, "ffmpeg plays its playlist: \(room)")
        #expect(room.exportedAs == "video/webm" && room.hasThumbnail)
        // Chromium sends key frames when it is asked, which the recorder does.
        #expect((1..<room.held).contains(room.exported), "\(room)")
    }

    /// Four seconds at least of picture and sound, without an error.
    static func check(_ path: String) async throws {
        let (output, code) = try await InteropTests.run(
            "ffprobe",
            [
                "-v", "error", "-count_frames", "-show_entries",
                "stream=codec_name,nb_read_frames", "-of", "csv=p=0", path,
            ])
        #expect(code == 0)
        let streams = output.split(separator: "\n").map { $0.split(separator: ",") }
            .filter { $0.count == 2 }
        #expect(Set(streams.map { String($0[0]) }) == ["h264", "opus"], "\(output)")
        for stream in streams {
            let least = stream[0] == "h264" ? 4 * 30 : 4 * 50
            #expect(Int(stream[1]) ?? 0 >= least, "\(output)")
        }
        let judged = try await InteropTests.run(
            "ffmpeg", ["-v", "error", "-xerror", "-i", path, "-f", "null", "-"])
        #expect(judged.code == 0 && judged.output.isEmpty, "\(judged.output)")
    }
}
