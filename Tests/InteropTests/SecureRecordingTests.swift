import Foundation
import Testing

/// Cameras behind TLS, recorded: GStreamer's server with a certificate of its own.
@Suite(
    .serialized, .tags(.interop), .timeLimit(.minutes(3)),
    .enabled(if: CameraTests.hasGStreamer && Lab.hasPython, "make test installs both"))
struct SecureRecordingTests {
    @Test
    func `a camera behind TLS is recorded whole, and where that is wanted must prove its name`()
        async throws
    {
        let folder = NSTemporaryDirectory() + "sluice-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let camera = try ScriptProcess(
            CameraTests.systemPython, "rtsp_camera.py",
            ["--audio", "aac", "--user", "cam", "--password", "s3cret", "--tls", folder])
        func record(
            _ name: String, _ more: [String] = [], trusting file: String = "/dev/null",
            until sign: String
        ) throws -> DoorProcess {
            try DoorProcess(
                Lab.executable("recorder"),
                ["--output", folder, "--name", name, "--http", "127.0.0.1:0"] + more,
                environment: [
                    "SLUICE_SOURCE": "rtsps://cam:s3cret@127.0.0.1:\(camera.port)/live",
                    "SSL_CERT_FILE": file,
                ], until: sign)
        }
        let open = try record("open", until: "recording into")
        try await Self.waitForSeconds(4, of: "open", in: open)
        let (code, rest) = open.stop()
        #expect(code == 0 && !(open.log + rest).contains("s3cret"))
        try await Self.check(try #require(try Self.file("open", in: folder)))

        let doubting = try record("doubting", ["--verify-tls"], until: "recorder: ")
        let (refusal, words) = doubting.end()
        #expect(refusal == 69)
        let lines = (doubting.log + words).split(separator: "\n")
            .filter { $0.contains("cannot connect") }
        #expect(lines.count == 1, "\(doubting.log + words)")
        #expect(lines.first?.contains("recorder: cannot connect to 127.0.0.1:") == true)
        #expect(lines.first?.contains(": TLS: self") == true)
        #expect(try Self.file("doubting", in: folder) == nil)

        let trusting = try record(
            "trusting", ["--verify-tls"], trusting: folder + "/certificate.pem",
            until: "recording into")
        #expect(trusting.stop().code == 0)
    }

    private static func file(_ name: String, in folder: String) throws -> String? {
        try FileManager.default.contentsOfDirectory(atPath: folder)
            .first { $0.hasPrefix(name + "_") && $0.hasSuffix(".ts") }.map { folder + "/" + $0 }
    }

    /// Until so much media is in the file.
    private static func waitForSeconds(
        _ seconds: Double, of name: String, in recorder: DoorProcess
    ) async throws {
        let port = try recorder.number(after: "\"http\":\"port ")
        for _ in 0..<300 {
            let (text, _) = try await run(
                "curl", ["-s", "http://127.0.0.1:\(port)/api/v1/recordings/\(name)"])
            let found = text.range(of: "\"duration_seconds\":").map { text[$0.upperBound...] }
            if let found, Double(found.prefix { $0.isNumber || $0 == "." }) ?? 0 > seconds {
                return
            }
            try await Task.sleep(for: .milliseconds(100))
        }
        Issue.record("\(seconds) s of \(name) were waited for in vain")
    }

    private static func check(_ path: String) async throws {
        let (output, code) = try await run(
            "ffprobe",
            [
                "-v", "error", "-count_frames", "-show_entries",
                "stream=codec_name,nb_read_frames", "-of", "csv=p=0", path,
            ])
        #expect(code == 0)
        let lines = output.split(separator: "\n").map { $0.split(separator: ",") }
        let streams = Dictionary(
            lines.filter { $0.count == 2 }.map { (String($0[0]), Int($0[1]) ?? 0) }
        ) { first, _ in first }
        #expect(streams["h264"] ?? 0 >= 100 && streams["aac"] ?? 0 >= 150, "\(output)")
        let judged = try await run(
            "ffmpeg", ["-v", "error", "-xerror", "-i", path, "-f", "null", "-"])
        #expect(judged.code == 0 && judged.output.isEmpty, "\(judged.output)")
    }
}
