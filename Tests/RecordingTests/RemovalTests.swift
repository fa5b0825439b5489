import Testing

@testable import Recording

/// Recordings deleted because somebody asks for it.
@Suite struct RemovalTests {
    private static let (file, path) = ("cam_19700101_000000.ts", "/r/cam_19700101_000000.ts")

    private static func recordings(on disk: ModelDisk) async throws -> Recordings {
        let recordings = try Recordings(
            in: .init("/r", on: disk), clock: { 0 }, report: { _, _ in })
        _ = await recordings.recovered()
        return recordings
    }

    @Test func `what this process is at work on stays, even where there are no locks`() async throws
    {
        let disk = ModelDisk()
        disk.state.withLock { $0.hasLocks = false }
        let recordings = try await Self.recordings(on: disk)
        let catalog = RecordingCatalog(recordings)
        disk.put(Self.path, [1, 2, 3])
        disk.put(Self.path + ".index", [1])
        #expect(recordings.home.claims.claim(Self.path))
        #expect(try await !catalog.remove(Self.file))
        #expect(disk.names.count == 2)
        recordings.home.claims.release(Self.path)
        #expect(try await catalog.remove(Self.file))
        #expect(disk.names.isEmpty && !recordings.home.claims.isClaimed(Self.path))
        #expect(try await catalog.remove(Self.file), "what is gone is gone")
        await recordings.stopAll()
    }

    @Test func `what another process writes stays`() async throws {
        let disk = ModelDisk()
        let recordings = try await Self.recordings(on: disk)
        disk.put(Self.path, [1, 2, 3])
        disk.state.withLock { $0.files[Self.path]?.isLocked = true }
        #expect(try await !RecordingCatalog(recordings).remove(Self.file))
        #expect(disk.names == [Self.path])
        await recordings.stopAll()
    }
}
