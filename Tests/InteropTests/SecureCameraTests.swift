import Foundation
import Testing

/// Cameras behind TLS: GStreamer's server with a certificate of its own.
@Suite(
    .serialized, .tags(.interop), .timeLimit(.minutes(3)),
    .enabled(if: CameraTests.hasGStreamer && Lab.hasPython, "make test installs both"))
struct SecureCameraTests {
    @Test func `a camera behind TLS need not prove its name, unless that is wanted`() async throws {
        let folder = NSTemporaryDirectory() + "sluice-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let camera = try ScriptProcess(
            CameraTests.systemPython, "rtsp_camera.py",
            ["--audio", "aac", "--user", "cam", "--password", "s3cret", "--tls", folder])
        let server = try RelayTests.server("active")
        func relay(
            _ more: [String], trusting file: String = "/dev/null", until sign: String
        ) throws -> DoorProcess {
            try DoorProcess(
                Lab.executable("relay"),
                [
                    "--publish", "http://127.0.0.1:\(server.port)/whip", "--http",
                    "127.0.0.1:0",
                ] + more,
                environment: [
                    "SLUICE_SOURCE": "rtsps://cam:s3cret@127.0.0.1:\(camera.port)/live",
                    "SLUICE_BEARER": "t0k3n", "SSL_CERT_FILE": file,
                ], until: sign)
        }
        let open = try relay([], until: "published")
        try await RelayTests.checkFlow(to: server)
        #expect(open.stop().code == 0)

        let doubting = try relay(["--verify-tls"], until: "relay: ")
        let (code, rest) = doubting.end()
        #expect(code == 69)
        let line = "relay: cannot connect to 127.0.0.1:\(camera.port): TLS: self"
        #expect((doubting.log + rest).contains(line))

        let trusting = try relay(
            ["--verify-tls"], trusting: folder + "/certificate.pem", until: "published")
        #expect(trusting.stop().code == 0)
    }
}
