import Muxer
import Testing
import Timing

@testable import Recording
@testable import RecordingAPI

/// What a status says is what was recorded.
@Suite struct StatusBodyTests {
    @Test func `every figure of a recording has its own field`() {
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
        #expect(body.timestamp_info.audio_samples_written == 10_560)
        #expect(body.timestamp_info.first_video_timestamp == 1.5)
        #expect(body.timestamp_info.first_audio_timestamp == nil)
        #expect(body.timestamp_info.recording_start_time == 77 && body.start_time == 77)
        #expect(body.stats.pts_corrections == 6 && body.metrics.pts_corrections == 6)
        #expect(body.stats.connection_time == 0.25 && body.stats.subscription_time == 0.5)
        #expect(body.stats.audio_frames_written == 10 && body.stats.audio_frames == 10)
        #expect(body.stats.video_frames_written == 30 && body.stats.video_frames_received == 33)
        #expect(body.stats.dropped_frames == 7 && body.stats.pli_requests == 5)
        #expect(body.stats.zero_packet_streak == 6 && body.stats.memory_usage_mb > 0)
        #expect(
            body.stats.losses["packets_missing"] == 10 && body.stats.losses["frames_broken"] == 2)
        #expect(body.stats.losses["frames_unfit"] == 3 && body.stats.losses["frames_early"] == 50)
        #expect(body.metrics.dropped_frames == 7, "before the first key frame nothing is dropped")
        #expect(body.stats.losses["frames_backpressure"] == 2)
        #expect(body.stats.losses.count == LossCause.allCases.count)
        #expect(body.metrics.frames_received == 66 && body.metrics.packets_written == 40)
        #expect(
            abs(body.file_size_mb - 3.145728) < 1e-9 && body.is_recording
                && body.state == .recording)
    }
}
