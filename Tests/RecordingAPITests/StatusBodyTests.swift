import Muxer
import Testing
import Timing

@testable import Recording
@testable import RecordingAPI

/// What a status says is what was recorded.
@Suite struct StatusBodyTests {
    @Test func `every figure of a recording has its own field`() throws {
        var progress = RecordingProgress.Snapshot()
        let start = Instant(nanoseconds: 1_000_000_000)
        (progress.started, progress.source.connected) = (start, start + .milliseconds(250))
        progress.source.firstData = start + .milliseconds(750)
        (progress.state, progress.startedSeconds, progress.files.byteCount) = (
            .recording, 77, 3 << 20
        )
        progress.earlier.correctedTimes = 2
        (progress.statistics.audioFrames, progress.statistics.videoFrames) = (11, 32)
        (progress.disk.written.audioFrames, progress.disk.written.videoFrames) = (10, 30)
        progress.disk.written.audioSamples = 10_560
        (progress.statistics.receivedAudioFrames, progress.statistics.receivedVideoFrames) = (
            11, 33
        )
        (progress.statistics.droppedFrames, progress.statistics.withheldFrames) = (3, 1)
        (progress.statistics.source.missingPackets, progress.statistics.source.brokenFrames) = (
            9, 2
        )
        progress.earlier.source.missingPackets = 1
        (progress.statistics.source.earlyFrames, progress.statistics.earlyFrames) = (20, 30)
        progress.disk.unwrittenFrames = 1
        (progress.statistics.keyframeRequests, progress.statistics.correctedTimes) = (5, 4)
        progress.statistics.firstVideoTime = .milliseconds(1_500)
        let body = StatusBody(
            Recordings.Status(name: "cam", progress: progress), nil, zeroPacketStreak: 6)
        let (times, stats, metrics) = (body.timestamp_info, body.stats, body.metrics)
        let losses = try #require(stats.losses)
        #expect(times.audio_samples_written == 10_560)
        #expect(times.first_video_timestamp == 1.5)
        #expect(times.first_audio_timestamp == nil)
        #expect(times.recording_start_time == 77 && body.start_time == 77)
        #expect(stats.pts_corrections == 6 && metrics.pts_corrections == 6)
        #expect(stats.connection_time == 0.25 && stats.subscription_time == 0.5)
        #expect(stats.audio_frames_written == 10 && stats.audio_frames == 10)
        #expect(stats.video_frames_written == 30 && stats.video_frames_received == 33)
        #expect(stats.dropped_frames == 7 && stats.pli_requests == 5)
        #expect(stats.zero_packet_streak == 6 && (stats.memory_usage_mb ?? 0) > 0)
        #expect(
            losses["packets_missing"] == 10 && losses["frames_broken"] == 2)
        #expect(losses["frames_unfit"] == 3 && losses["frames_early"] == 50)
        #expect(metrics.dropped_frames == 7, "before the first key frame nothing is dropped")
        #expect(losses["frames_backpressure"] == 2)
        #expect(losses.count == LossCause.allCases.count)
        #expect(metrics.frames_received == 66 && metrics.packets_written == 40)
        #expect(
            abs(body.file_size_mb - 3.145728) < 1e-9 && body.is_recording
                && body.state == .recording)
    }
}
