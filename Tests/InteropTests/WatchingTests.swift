import Codecs
import Foundation
import RTP
import Testing
import WebRTC

/// Our watching session against a WHEP server that is not ours.
@Suite(
    .serialized, .tags(.interop), .timeLimit(.minutes(3)),
    .enabled(if: Lab.hasPython, "make test makes .venv"))
struct WatchingTests {
    @Test(arguments: [("active", UInt64(0)), ("passive", 0), ("active", 5)])
    func `what aiortc sends is decoded by ffmpeg without an error`(
        setup: String, lossPercent: UInt64
    ) async throws {
        let server = try ScriptProcess(Lab.python, "whip_server.py", ["--setup", setup])
        var client = try WatchingClient("http://127.0.0.1:\(server.port)/whep")
        try client.driver.run(seconds: 20) { $0.session.isConnected }
        client.driver.lossPercent = lossPercent
        try client.driver.run(seconds: 8)
        let sound = client.packets(track: 0)
        #expect(sound.count > 200)
        let units = client.accessUnits()
        #expect(units.count > 120)
        #expect(client.clockCount > 2, "no sender report came")
        if lossPercent == 0 {
            #expect(zip(sound, sound.dropFirst()).allSatisfy { $1.sequence == $0.sequence + 1 })
            #expect(units.allSatisfy { $0.isComplete && !$0.followsLoss })
        } else {
            #expect(client.driver.session.recoveredPackets > 5)
        }
        let decoded = try await Self.decodedFrameCount(units)
        #expect(decoded == units.count)
        #expect(try client.leave() == 200)
        #expect(try PublishingTests.figures(of: server).states.last == "closed")
    }

    /// How many pictures ffprobe decodes of the units, which must be without an error.
    static func decodedFrameCount(_ units: [AccessUnit]) async throws -> Int {
        var stream: [UInt8] = []
        for unit in units {
            var walk = unit.units
            while let part = walk.next() {
                stream += [0, 0, 0, 1]
                part.withUnsafeBytes { stream += $0 }
            }
        }
        let path = NSTemporaryDirectory() + "sluice-\(UUID().uuidString).h264"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(stream).write(to: URL(fileURLWithPath: path))
        let (output, code) = try await InteropTests.run(
            "ffprobe",
            [
                "-v", "error", "-count_frames", "-show_entries", "stream=nb_read_frames", "-of",
                "csv=p=0", path,
            ])
        try #require(code == 0, "\(output)")
        return try #require(
            Int(output.trimmingCharacters(in: .whitespacesAndNewlines)), "\(output)")
    }
}
