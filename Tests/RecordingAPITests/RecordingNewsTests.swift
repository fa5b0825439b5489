import Muxer
import Testing

@testable import Recording

/// What the log tells of recordings that fare well.
@Suite(.timeLimit(.minutes(1))) struct RecordingNewsTests {
    /// A recording that has begun, and what is told of it.
    private static func begin(
        in folder: RecordedFolder
    ) async -> (order: RecordingOrder, told: ToldLines) {
        let told = ToldLines()
        await folder.recordings.reportNews { name, news in told.note("\(name): \(news)") }
        let order = await folder.recordings.order("cam", "rtsp://192.0.2.1/live")
        await folder.recordings.add(order, RunningSource {})
        return (order, told)
    }

    @Test func `where a recording begins is told once, and what there is of it when it is stopped`()
        async throws
    {
        let folder = try await RecordedFolder()
        let (order, told) = await Self.begin(in: folder)
        var octets = 0
        for start in [Int64(5), 8] {
            order.recording.take(.began(.mpegts))
            let chunk = try RecordedFolder.chunk(.mpegts, seconds: 3, from: start)
            octets += chunk.bytes.count
            order.recording.take(.data(chunk, RecordingStatistics()))
            order.recording.take(.finished(RecordingStatistics()))
        }
        let status = try await folder.recordings.stop("cam")
        let (first, last) = (status.progress.files.firstPath, status.progress.files.path)
        #expect(first.hasPrefix(folder.path + "/cam_2") && first != last)
        #expect(
            told.lines == [
                "cam: Using MPEG-TS format", "cam: recording into " + first,
                "cam: stopped: 6 s, \(octets) octets, 2 files, the last " + last,
            ])
    }

    @Test func `the end of what never began says so`() async throws {
        let folder = try await RecordedFolder()
        let (_, told) = await Self.begin(in: folder)
        _ = try await folder.recordings.stop("cam")
        #expect(told.lines == ["cam: stopped: nothing was recorded"])
    }
}
