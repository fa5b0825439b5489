import Reactor
import Recording
import Telemetry
import Timing

/// What `/metrics` says of recordings, in Prometheus' words; `Alerts/recorder.rules.yml` reads it.
struct RecordingMetrics {
    private let running: [RecordingProgress.Snapshot]
    private let stopping: Int
    private let totals: Recordings.Totals
    private let disk: DiskCondition.Snapshot
    private let now: Instant

    /// The figures at one moment.
    init(_ recordings: Recordings, at now: Instant) async {
        running = await recordings.active().map(\.progress)
        (stopping, totals) = (await recordings.stoppingCount, await recordings.totals())
        (disk, self.now) = (recordings.disk.snapshot, now)
    }

    var text: String {
        var page = Exposition()
        writeFiles(to: &page)
        writeFrames(to: &page)
        writeSources(to: &page)
        writeDisk(to: &page)
        let megabytes = residentMegabytes()
        page.gauge(
            "recording_memory_usage_mb", "Resident memory of this process, MB of 10^6 octets.",
            megabytes)
        page.gauge(
            "process_resident_memory_bytes", "Resident memory of this process.",
            megabytes * 1_000_000)
        return page.description
    }

    private func writeFiles(to page: inout Exposition) {
        page.gauge("recording_active", "Recordings that run.", running.count)
        page.gauge(
            "recording_file_size_bytes", "Octets in the files of running recordings.",
            running.reduce(0) { $0 + Int(clamping: $1.files.byteCount) })
        page.gauge(
            "recording_empty_files", "Running recordings whose present file holds nothing.",
            running.count { $0.files.isLastEmpty })
        page.gauge(
            "recording_packets_written", "Pictures and frames of sound in running recordings.",
            running.reduce(0) { $0 + Int(clamping: $1.totalFrames) })
        page.gauge(
            "recording_zero_packet_streak",
            "Seconds since a frame was written, or since the start, of the recording that waits longest.",
            running.map { $0.zeroPacketStreak(at: now) }.max() ?? 0)
        page.gauge(
            "recording_dropped_ratio",
            "Share of the last minute's frames that are in no file, of the recording that loses most.",
            running.map { $0.recentLoss.share(at: now) }.max() ?? 0)
        page.gauge(
            "recording_stopping", "Recordings that are being stopped.", stopping)
        for condition in Self.conditions {
            page.gauge(
                "recording_\(condition.rawValue)",
                "Running recordings that are \(condition.rawValue).",
                running.count { $0.condition == condition })
        }
    }

    private func writeFrames(to page: inout Exposition) {
        let frames = totals.statistics
        page.counter(
            "recording_written_frames_total",
            "Pictures and frames of sound that the disk has taken.", totals.written.frames)
        page.counter(
            "recording_received_frames_total",
            "Pictures and frames of sound that came, whole or not.", frames.receivedFrames)
        page.counter(
            "recording_dropped_frames_total",
            "Frames that came and are in no file, but for those before a first key frame.",
            totals.droppedFrames)
        page.counter(
            "recording_frames_dropped_backpressure_total",
            "Frames not written because the disk could not take them.",
            totals[.framesBackpressure])
        page.counter(
            "recording_losses_total", "What is in no file, packets and frames, by cause.",
            label: "cause", LossCause.allCases.map { ($0.rawValue, totals[$0]) })
    }

    private func writeSources(to page: inout Exposition) {
        let frames = totals.statistics
        page.counter(
            "recording_requested_packets_total", "Packets asked for again of WHEP servers.",
            frames.source.requestedPackets)
        page.counter(
            "recording_recovered_packets_total",
            "Packets that came after they were asked for again.",
            frames.source.recoveredPackets)
        page.counter(
            "recording_clock_jumps_total",
            "Timestamps that jumped, and were put where they arrived.", frames.source.clockJumps)
        page.counter(
            "recording_clock_steps_total", "Times that a sender has set its wall clock.",
            frames.source.clockSteps)
        page.counter(
            "recording_foreign_packets_total",
            "Packets of others than the source that were sent to a recording, and dropped.",
            frames.foreignPackets)
        page.counter(
            "recording_pts_corrections_total", "Times that did not rise and were moved.",
            UInt64(clamping: frames.correctedTimes))
        page.gauge(
            "recording_pts_jitter_seconds",
            "How unevenly pictures lie in time, of the running recording where they do most.",
            running.map { $0.statistics.pictureJitter.value.seconds }.max() ?? 0)
        page.counter(
            "recording_pli_requests_total", "Key frames asked of sources.", frames.keyframeRequests)
        page.counter(
            "recording_interruptions_total", "Times that a source went away while it was recorded.",
            totals.interruptions)
        page.counter(
            "recording_stalls_total", "Times that a source stayed and sent nothing.", totals.stalls)
        page.counter("recording_files_total", "Files begun.", totals.files)
        page.counter(
            "recording_torn_files_total",
            "Files that ended before their time: the disk refused them or was too slow.",
            totals.tornFiles)
    }

    private func writeDisk(to page: inout Exposition) {
        page.counter(
            "recording_written_bytes_total", "Octets that the disk has taken.", totals.writtenBytes)
        page.gauge(
            "recording_write_delay_seconds",
            "Time that octets have waited without the disk taking any, of the recording that waits longest.",
            running.map { $0.disk.writeDelay(at: now) }.max() ?? 0)
        page.gauge(
            "recording_unsynced_seconds",
            "Age of the oldest octets that a loss of power would cost, where a sync is asked for.",
            disk.unsyncedSince.map { max((now - $0).seconds, 0) } ?? 0)
        page.gauge(
            "recording_queue_bytes", "Octets that wait for the disk.",
            running.reduce(0) { $0 + Int(clamping: $1.disk.waitingBytes) })
        page.counter(
            "recording_dropped_bytes_total", "Octets that the disk was too slow for.",
            totals.droppedBytes)
        page.gauge(
            "recording_disk_full", "1 while nothing can be written.",
            disk.intake == .nothing ? 1 : 0)
        page.gauge(
            "recording_disk_degraded", "1 while only key frames are written.",
            disk.intake == .keyframes ? 1 : 0)
        if let free = disk.freeBytes {
            page.gauge(
                "recording_disk_free_bytes", "Octets free on the disk.", Int(clamping: free))
        }
        page.counter(
            "recording_disk_refusals_total", "Writes that the disk refused.", disk.refusals)
        page.counter(
            "recording_deleted_files_total", "Recordings deleted to keep within the limits.",
            disk.deletedFiles)
        page.counter(
            "recording_deleted_bytes_total", "Octets of deleted recordings.", disk.deletedBytes)
    }

    private static let conditions = [
        RecordingProgress.Condition.connecting, .stalled, .waiting, .stopped,
    ]
}
