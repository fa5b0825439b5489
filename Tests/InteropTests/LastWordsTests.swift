import Foundation
import Testing

/// What a process has said and nobody has read yet, when it ends otherwise than by itself.
@Suite(.serialized, .tags(.interop), .timeLimit(.minutes(4)))
struct LastWordsTests {
    struct Ended: Decodable {
        let code: Int32
        let log: String
    }

    private static func ended(_ how: String) async throws -> Ended {
        let script = Lab.root + "/Tests/InteropTests/Support/last_words.py"
        return try await Lab.json(
            ["/usr/bin/python3", script, Lab.executable("recorder"), how], seconds: 100)
    }

    @Test func `lines that wait are written when it ends by its own fault`() async throws {
        let found = try await Self.ended("trap")
        #expect(found.code == -SIGILL)
        #expect(found.log.contains("Using MPEG-TS format"), "\(found)")
    }

    @Test func `lines that wait are written when it is asked to end twice`() async throws {
        let found = try await Self.ended("asked")
        #expect(found.code == 130 || found.code == 0)
        #expect(found.log.contains("Using MPEG-TS format"), "\(found)")
    }
}
