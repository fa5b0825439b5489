import Glibc
import Testing
import Timing
import Web

@testable import Recording
@testable import RecordingAPI

/// What callers are told of a recording while it is being stopped: between the request and the moment
/// its last file is whole on the disk.
@Suite(.timeLimit(.minutes(1))) struct StoppingTests {
    struct Status: Decodable {
        let state: String
        let is_recording: Bool
    }
    struct Active: Decodable { let count: Int }
    struct Stopped: Decodable {
        let success: Bool
        let file_size_bytes: Int
    }

    /// A disk that closes no file until it is let.
    private final class SlowDisk: Storage {
        private let disk = SystemStorage()
        private let ends: [Int32]

        init() throws {
            var ends: [Int32] = [0, 0]
            try #require(pipe(&ends) == 0)
            self.ends = ends
        }

        deinit { Glibc.close(ends[0]) }

        /// Files are closed from now on.
        func letGo() { Glibc.close(ends[1]) }

        func close(_ file: Int32) {
            var octet: UInt8 = 0
            _ = Glibc.read(ends[0], &octet, 1)
            disk.close(file)
        }

        func create(_ path: String) throws(StorageError) -> Int32 { try disk.create(path) }
        func open(_ path: String) throws(StorageError) -> Int32 { try disk.open(path) }
        func isThere(_ file: Int32, at path: String) -> Bool { disk.isThere(file, at: path) }
        func byteCount(of file: Int32) throws(StorageError) -> UInt64 {
            try disk.byteCount(of: file)
        }
        func read(
            _ file: Int32, at offset: UInt64, count: Int
        ) throws(StorageError) -> [UInt8] { try disk.read(file, at: offset, count: count) }
        func withOctets<T>(
            of file: Int32, _ body: (RawSpan) throws(StorageError) -> T
        ) throws(StorageError) -> T { try disk.withOctets(of: file, body) }
        func write(_ bytes: [UInt8], to file: Int32, at offset: UInt64) throws(StorageError) {
            try disk.write(bytes, to: file, at: offset)
        }
        func date(_ file: Int32, _ seconds: Int64) { disk.date(file, seconds) }
        func truncate(_ file: Int32, to byteCount: UInt64) throws(StorageError) {
            try disk.truncate(file, to: byteCount)
        }
        func sync(_ file: Int32) throws(StorageError) { try disk.sync(file) }
        func forget(_ file: Int32) {}
        func syncFolder(_ folder: String) throws(StorageError) { try disk.syncFolder(folder) }
        func remove(_ path: String) throws(StorageError) { try disk.remove(path) }
        func files(in folder: String) throws(StorageError) -> [StoredFile] {
            try disk.files(in: folder)
        }
        func freeBytes(in folder: String) throws(StorageError) -> UInt64 {
            try disk.freeBytes(in: folder)
        }
    }

    /// Stops a recording of three seconds, and does `meanwhile` before its file is whole.
    private static func stop(
        _ meanwhile: (RecordedFolder) async throws -> Void
    ) async throws -> (folder: RecordedFolder, answer: Answer) {
        let disk = try SlowDisk()
        let folder = try await RecordedFolder(on: disk)
        let order = await folder.recordings.order("cam", "rtsp://192.0.2.1/live")
        let recording = order.recording
        await folder.recordings.add(
            order, RunningSource { recording.take(.finished(RecordingStatistics())) })
        recording.take(.began(.mpegts))
        recording.take(.data(try RecordedFolder.chunk(.mpegts), RecordingStatistics()))
        _ = await recording.progress.next(within: .seconds(30)) { $0.disk.writtenBytes > 0 }
        async let answer = folder.ask(.post, "/api/recording/stop", #"{"mint_id": "cam"}"#)
        while await !folder.recordings.active().isEmpty { await Task.yield() }
        do { try await meanwhile(folder) } catch {
            disk.letGo()
            throw error
        }
        disk.letGo()
        return (folder, try await answer)
    }

    @Test func `its name is not free, and a second stop finds nothing to stop`() async throws {
        let (folder, answer) = try await Self.stop { folder in
            let started = try await folder.ask(
                .post, "/api/recording/start",
                #"{"mint_id": "cam", "source": "rtsp://127.0.0.1:1/live", "wait_seconds": 0}"#)
            #expect(started.status == 409 && started.detail.hasPrefix("cam: "), "\(started.text)")
            let again = try await folder.ask(.post, "/api/recording/stop", #"{"mint_id": "cam"}"#)
            #expect(again.status == 404 && again.detail.hasPrefix("cam: "), "\(again.text)")
            let other = try await folder.ask(.post, "/api/v1/recordings/cam/stop")
            #expect(other.status == 404, "\(other.text)")
        }
        let stopped = try decodeJSON(Stopped.self, from: answer.octets)
        #expect(answer.status == 200 && stopped.success && stopped.file_size_bytes > 0)
        let late = try await folder.ask(.post, "/api/recording/stop", #"{"mint_id": "cam"}"#)
        #expect(late.status == 404)
    }

    @Test func `its state is told, and it is active no more`() async throws {
        let (folder, _) = try await Self.stop { folder in
            let answer = try await folder.get("/api/recording/status/cam")
            let status = try decodeJSON(Status.self, from: answer.octets)
            #expect(answer.status == 200 && status.state == "stopping" && !status.is_recording)
            let active = try await folder.get("/api/recording/active")
            #expect(try decodeJSON(Active.self, from: active.octets).count == 0)
            let metrics = try await folder.get("/metrics")
            #expect(metrics.text.contains("recording_active 0\n"))
            #expect(metrics.text.contains("recording_stopping 1\n"))
            #expect(metrics.text.contains("recording_files_total 1\n"), "it counts all the same")
        }
        let answer = try await folder.get("/api/recording/status/cam")
        let status = try decodeJSON(Status.self, from: answer.octets)
        #expect(answer.status == 200 && status.state == "stopped" && !status.is_recording)
    }

    @Test func `its file is played as one that grows, and cannot be deleted`() async throws {
        let (folder, _) = try await Self.stop { folder in
            let playlist = try await folder.get("/hls/cam/index.m3u8")
            #expect(playlist.status == 200 && playlist.text.contains(".m4s"))
            #expect(!playlist.text.contains("#EXT-X-ENDLIST"), "\(playlist.text)")
            let deleted = try await folder.ask(.delete, "/api/v1/recordings/cam")
            #expect(deleted.status == 409 && deleted.detail.contains("still being written"))
        }
        let playlist = try await folder.get("/hls/cam/index.m3u8")
        #expect(playlist.text.contains("#EXT-X-ENDLIST"), "\(playlist.text)")
        #expect(try await folder.ask(.delete, "/api/v1/recordings/cam").status == 204)
        #expect(try await folder.get("/hls/cam/index.m3u8").status == 404)
    }
}
