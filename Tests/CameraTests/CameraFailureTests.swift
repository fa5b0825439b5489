import RTSP
import Testing
import Timing

@testable import Camera

/// What is said of a camera that cannot be connected to.
@Suite struct CameraFailureTests {
    static let places = [
        ("rtsp://cam:s3cret@127.0.0.1:9/live", "127.0.0.1:9"),
        ("rtsp://camera.example/live", "camera.example:554"),
        ("rtsp://[::1]:8554/live", "[::1]:8554"),
    ]

    @Test(arguments: places) func `it names the host and the port, and nobody's password`(
        url: String, place: String
    ) throws {
        var session = CameraSession(
            RTSPClientConfiguration(url: try RTSPURL(parsing: url), seed: [1]))
        session.streamClosed("connection refused", at: Instant(nanoseconds: 0))
        guard case .interrupted(let failure, _) = session.nextEvent() else {
            Issue.record("nothing was told")
            return
        }
        #expect(failure.description == "cannot connect to \(place): connection refused")
    }
}
