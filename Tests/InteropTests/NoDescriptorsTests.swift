import Foundation
import Testing

/// A recorder that the system gives no more descriptors for a while.
@Suite(
    .serialized, .tags(.interop), .timeLimit(.minutes(3)),
    .enabled(if: CameraTests.hasGStreamer, "make test installs GStreamer's server"))
struct NoDescriptorsTests {
    /// Lets a process open none from this number on; what it has stays open.
    private static func limit(_ recorder: DoorProcess, to count: Int) async throws {
        let identifier = "\(recorder.process.processIdentifier)"
        let (output, code) = try await run(
            "prlimit", ["--pid", identifier, "--nofile=\(count):"])
        #expect(code == 0, "\(output)")
    }

    @Test func `a camera is tried again as soon as there are some`() async throws {
        let folder = NSTemporaryDirectory() + "sluice-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let port = try freePort()
        let first = try CameraTests.gstreamer("--audio", "none", "--port", "\(port)")
        let recorder = try DoorProcess(
            Lab.executable("recorder"),
            [
                "--source", "rtsp://127.0.0.1:\(port)/live", "--output", folder, "--http",
                "127.0.0.1:0",
            ], until: "recording into")
        // It has these from its start on, and more: from now on it gets none.
        try await Self.limit(recorder, to: 8)
        first.stop()
        try recorder.wait(for: "too many open files")
        let camera = try CameraTests.gstreamer("--audio", "none", "--port", "\(port)")
        try await Self.limit(recorder, to: 1024)
        try await eventually(within: 60) {
            try ServerRestartTests.hasWritten(2, recorder) ? true : nil
        }
        #expect(recorder.stop().code == 0)
        camera.stop()
    }
}
