import Glibc
import Testing
import Web

@testable import Recording
@testable import RecordingAPI

/// The token that a start gives for its source: used, and neither kept nor told.
@Suite(.timeLimit(.minutes(1))) struct StartTokenTests {
    private static func start(
        _ start: StartKeysTests.Start, _ source: String, _ bearer: String, in folder: RecordedFolder
    ) async throws -> Answer {
        let body =
            #"{"\#(start.key)": "cam", "source": "\#(source)", "bearer": "\#(bearer)","#
            + #" "title": "T", "wait_seconds": 0}"#
        return try await folder.ask(.post, start.path, body)
    }

    @Test(arguments: StartKeysTests.starts)
    func `it goes with the request, and is in no answer and no file`(
        start: StartKeysTests.Start
    ) async throws {
        let folder = try await RecordedFolder()
        let answer = try await Self.start(
            start, "http://127.0.0.1:1/whep", "t0p.s3cret", in: folder)
        #expect(answer.status == 202, "\(answer.text)")
        let entries = await folder.recordings.entries
        let (name, entry) = try #require(entries.first)
        #expect(entry.order.request.bearer == "t0p.s3cret")
        var told = answer.text
        for path in [
            "/api/recording/status/\(name)", "/api/recording/active", "/api/v1/recordings",
            "/api/v1/recordings/\(name)", "/health",
        ] { told += try await folder.get(path).text }
        #expect(told.contains(#""title":"T""#) && !told.contains("s3cret"), "\(told)")
        let note = try #require(readFile(folder.path + "/\(name).recording.json"))
        #expect(note.contains("T") && !note.contains("s3cret") && !note.contains("bearer"))
        await folder.recordings.stopAll()
    }

    @Test(arguments: StartKeysTests.starts, ["", "a\\r\\nX-Y: z", "a b", "a\\u0000", "é"])
    func `what cannot be one is refused and not repeated`(
        start: StartKeysTests.Start, bearer: String
    ) async throws {
        let folder = try await RecordedFolder()
        let answer = try await Self.start(start, "http://127.0.0.1:1/whep", bearer, in: folder)
        #expect(answer.status == 400 && answer.detail.hasPrefix("bearer is a token of"))
        #expect(await folder.recordings.active().isEmpty)
    }

    @Test(arguments: StartKeysTests.starts)
    func `a camera is sent none, and the answer says so`(start: StartKeysTests.Start) async throws {
        let folder = try await RecordedFolder()
        let answer = try await Self.start(start, "rtsp://127.0.0.1:1/live", "s3cret", in: folder)
        #expect(answer.status == 202 && answer.text.contains("bearer is passed over"))
        #expect(!answer.text.contains("s3cret"))
        await folder.recordings.stopAll()
    }
}

/// A whole file as text; `nil` where it cannot be read.
private func readFile(_ path: String) -> String? {
    let descriptor = open(path, O_RDONLY)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var octets = [UInt8](repeating: 0, count: 65_536)
    let count = read(descriptor, &octets, octets.count)
    return String(decoding: octets.prefix(max(count, 0)), as: UTF8.self)
}
