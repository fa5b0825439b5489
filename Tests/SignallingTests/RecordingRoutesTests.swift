import Testing

@testable import Signalling

/// Which addresses are recordings': theirs go to who makes them.
@Suite struct RecordingRoutesTests {
    @Test(arguments: [
        "api/v1/recordings", "api/v1/recordings/start", "api/v1/recordings/a-1/stop",
        "recordings/a-1_20260101_000000.ts", "hls/a-1/index.m3u8",
    ]) func `what lists, plays, begins or ends recordings goes to who makes them`(path: String) {
        #expect(RecordingRoutes.contain(path.split(separator: "/").map(String.init)))
    }

    @Test(arguments: [
        "", "api", "api/v1", "api/recording/start", "api/v1/recording", "rooms/recordings/whip",
        "health", "metrics",
    ]) func `nothing else does, whatever it is called`(path: String) {
        #expect(!RecordingRoutes.contain(path.split(separator: "/").map(String.init)))
    }
}
