import Foundation
import Testing

@testable import Recording

/// Files that grow, on a disk that is slow, full, or not there.
@Suite struct RecordingFileTests {
    private static func folder() throws -> String {
        let path = NSTemporaryDirectory() + "sluice-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }

    @Test func `holds what was given, in order, when it is closed`() async throws {
        let folder = try Self.folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let file = try RecordingFile(path: folder + "/a.ts") { Issue.record("\($0)") }
        var expected: [UInt8] = []
        for number in 0..<1000 {
            let piece = [UInt8](repeating: UInt8(number & 255), count: number % 200)
            file.append(piece)
            expected += piece
        }
        await file.close()
        await file.close()
        #expect(FileManager.default.contents(atPath: file.path).map(Array.init) == expected)
        #expect(file.writtenBytes == UInt64(expected.count) && file.droppedBytes == 0)
    }

    @Test func `overwrites nothing, and names what cannot be made`() throws {
        let folder = try Self.folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        _ = FileManager.default.createFile(atPath: folder + "/a.ts", contents: nil)
        let taken = RecordingFileError(path: folder + "/a.ts", reason: "file exists")
        #expect(throws: taken) { _ = try RecordingFile(path: folder + "/a.ts") { _ in } }
        let missing = RecordingFileError(
            path: "/nowhere/a.ts", reason: "no such file or directory")
        #expect(throws: missing) { _ = try RecordingFile(path: "/nowhere/a.ts") { _ in } }
        #expect(missing.description == "cannot write /nowhere/a.ts: no such file or directory")
    }

    @Test func `a full disk is told once, and what comes after is counted`() async throws {
        let failures = AsyncStream.makeStream(of: String.self)
        let file = try RecordingFile(
            path: "/dev/full", descriptor: open("/dev/full", O_WRONLY)
        ) { failures.continuation.yield($0) }
        file.append([1, 2, 3])
        var iterator = failures.stream.makeAsyncIterator()
        #expect(await iterator.next() == "no space left on device")
        file.append([4])
        await file.close()
        #expect(file.writtenBytes == 0 && file.droppedBytes == 1)
    }
}
