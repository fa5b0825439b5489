import Foundation
import Muxer
import Testing
import Wire

/// Our transport streams, and our checker of them, beside Wireshark's dissector.
@Suite(
    .tags(.interop),
    .enabled(if: Lab.has("tshark") && Lab.has("ffmpeg"), "needs tshark and ffmpeg"))
struct TransportStreamSharkTests {
    /// Packets before which tshark misses some of their stream.
    private static func drops(in bytes: [UInt8], _ directory: String) async throws -> Int {
        let path = directory + "/stream.ts"
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        let (output, code) = try await run(
            "timeout",
            ["60", "tshark", "-r", path, "-Y", "mp2t.cc.drop", "-T", "fields", "-e", "mp2t.pid"])
        try #require(code == 0, "\(output)")
        return output.split(separator: "\n").count { $0.hasPrefix("0x") }
    }

    private static func faults(in bytes: [UInt8]) -> TransportStreamChecker {
        var checker = TransportStreamChecker()
        checker.receive(bytes.span.bytes)
        checker.finish()
        return checker
    }

    @Test(arguments: TransportStreamOracleTests.codecs)
    func `tshark misses no packet of ours, and those that were taken out as our checker does`(
        codecs: TransportStreamOracleTests.Codecs
    ) async throws {
        try await TransportStreamOracleTests.inDirectory { directory in
            let clip = try await RecordedClip(
                video: codecs.video, audio: codecs.audio, in: directory)
            var bytes = try TransportStreamOracleTests.write(clip).bytes
            #expect(try await Self.drops(in: bytes, directory) == 0)
            #expect(Self.faults(in: bytes).findings.isEmpty)
            // Within pictures, far from one another.
            let pictures = stride(from: 0, to: bytes.count, by: 188).filter { offset in
                bytes[offset + 1] == 0x01 && bytes[offset + 2] == 0x00
                    && bytes[offset + 3] & 0x30 == 0x10
            }
            try #require(pictures.count > 100)
            for part in [3, 2, 1] {
                let offset = pictures[pictures.count * part / 4]
                bytes.removeSubrange(offset..<offset + 188)
            }
            #expect(try await Self.drops(in: bytes, directory) == 3)
            #expect(Self.faults(in: bytes).count(of: .continuity) == 3)
        }
    }
}
