import Muxer
import Testing
import Web

@testable import Recording

/// Octets of a file that grows, by ranges.
@Suite(.timeLimit(.minutes(1))) struct GrowingFileTests {
    /// Two seconds of a recording, and its file's address.
    private static func growing(
        in folder: RecordedFolder, _ container: Container
    ) async throws -> (GrowingRecording, String) {
        let growing = try await GrowingRecording("cam", in: folder, container)
        try await growing.record(pictures: 22)
        let path = try #require(try growing.live.snapshot.path?.split(separator: "/").last)
        return (growing, "/recordings/" + path)
    }

    @Test(arguments: [Container.mpegts, .fmp4, .mp4])
    func `what is in a growing file can be read, and may not be kept`(container: Container)
        async throws
    {
        let folder = try await RecordedFolder()
        let (growing, file) = try await Self.growing(in: folder, container)
        let whole = try await folder.get(file)
        let count = try growing.live.snapshot.byteCount
        #expect(whole.status == 200 && whole.octets.count == Int(count))
        #expect(whole.headers["cache-control"] == "no-store" && whole.headers["etag"] == nil)
        let some = try await folder.ask(.get, file, headers: [.range: "bytes=100-299"])
        #expect(some.status == 206 && some.octets == Array(whole.octets[100..<300]))
        #expect(some.headers["content-range"] == "bytes 100-299/\(count)")
        let last = try await folder.ask(.get, file, headers: [.range: "bytes=-50"])
        #expect(last.octets == whole.octets.suffix(50))
        let beyond = try await folder.ask(.get, file, headers: [.range: "bytes=\(count + 1)-"])
        #expect(beyond.status == 416 && beyond.headers["content-range"] == "bytes */\(count)")
        await growing.leave()
        let closed = try await folder.get(file)
        #expect(closed.octets.count >= Int(count) && closed.headers["etag"] != nil)
    }

    @Test func `a range that begins where the file ends is the next part`() async throws {
        let folder = try await RecordedFolder()
        let (growing, file) = try await Self.growing(in: folder, .fmp4)
        let end = try growing.live.snapshot.byteCount
        async let next = folder.ask(.get, file, headers: [.range: "bytes=\(end)-"])
        try await growing.isWaitedFor()
        try await growing.record(pictures: 2)
        let part = try #require(try growing.live.snapshot.parts.first { $0.offset == end })
        let answer = try await next
        #expect(answer.status == 206 && answer.octets.count == Int(part.byteCount))
        #expect(answer.octets.dropFirst(4).starts(with: Array("moof".utf8)))
        await growing.leave()
    }

    @Test(arguments: [Container.mp4, .fmp4])
    func `a part that never comes is not found, whatever the file is closed with`(
        container: Container
    ) async throws {
        let folder = try await RecordedFolder()
        let (growing, file) = try await Self.growing(in: folder, container)
        try await growing.flush()
        let end = try growing.live.snapshot.byteCount
        async let next = folder.ask(.get, file, headers: [.range: "bytes=\(end)-"])
        try await growing.isWaitedFor()
        await growing.leave()
        #expect(try await next.status == 404)
    }

    @Test func `the last part of a file comes without the tables behind it`() async throws {
        let folder = try await RecordedFolder()
        let (growing, file) = try await Self.growing(in: folder, .mp4)
        let end = try growing.live.snapshot.byteCount
        async let next = folder.ask(.get, file, headers: [.range: "bytes=\(end)-"])
        try await growing.isWaitedFor()
        await growing.leave()
        let part = try #require(try growing.live.snapshot.parts.last)
        let answer = try await next
        #expect(part.offset == end && answer.status == 206)
        #expect(answer.octets.count == Int(part.byteCount))
        #expect(try growing.live.snapshot.byteCount > part.end, "there are tables")
    }
}
