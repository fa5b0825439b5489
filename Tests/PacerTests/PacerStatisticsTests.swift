import Pacer
import Testing
import Timing

@Suite struct PacerStatisticsTests {
    @Test func `the record carries the original's names`() {
        let names = Set(PacerStatistics().fields.map(\.name))
        #expect(names.count == PacerStatistics().fields.count)
        #expect(
            names.isSuperset(of: [
                "video_packets_sent", "bursts_absorbed", "catchup_events", "avg_video_delay_ms",
                "video_queue_depth", "audio_packets_sent", "video_bursts_absorbed",
                "audio_bursts_absorbed", "video_catchup_events", "audio_catchup_events",
                "avg_audio_delay_ms", "audio_queue_depth",
            ]))
    }

    @Test func `drops, fresh anchors and catching up are told by cause`() {
        var statistics = PacerStatistics()
        statistics.framesDropped = [.latency: 3, .queueFull: 5, .awaitingKeyframe: 7]
        (statistics.clock.epochAnchors, statistics.clock.dropAnchors) = (1, 2)
        (statistics.clock.pathAnchors, statistics.clock.reconnectAnchors) = (4, 8)
        (statistics.video.catchUpEpisodes, statistics.video.catchUpItems) = (2, 40)
        (statistics.video.burstEpisodes, statistics.video.burstItems) = (3, 30)
        statistics.cappedWaits = 6
        let fields = Dictionary(uniqueKeysWithValues: statistics.fields.map { ($0, $1) })
        let wanted = [
            "frames_dropped": 15, "frames_dropped_latency": 3, "frames_dropped_queue_full": 5,
            "frames_dropped_awaiting_keyframe": 7, "reanchors": 15, "reanchors_epoch": 1,
            "reanchors_drop": 2, "reanchors_path": 4, "reanchors_reconnect": 8,
            "catchup_events": 2, "video_catchup_items": 40, "bursts_absorbed": 30,
            "video_burst_episodes": 3, "video_burst_items": 30, "capped_waits": 6,
        ]
        for (name, value) in wanted { #expect(fields[name] == value, "\(name)") }
    }

    @Test func `the original's warnings tell how often since the last record`() {
        var (before, now) = (PacerStatistics(), PacerStatistics())
        #expect(now.warnings(since: before).isEmpty)
        (now.cappedWaits, now.video.repairs.backward, now.audio.repairs.resets) = (3, 2, 1)
        let first = now.warnings(since: before)
        #expect(first.map(\.warning) == ["capping excessive delay", "timestamp went backwards"])
        #expect(first.map(\.count) == [3, 3])
        before = now
        now.cappedWaits += 1
        #expect(now.warnings(since: before).map(\.count) == [1])
    }

    @Test func `five minutes of thirty frames a second read as the original's sample`() {
        var session = PacedSession()
        let track = session.addTrack(.video, clockRate: 90_000)
        for number in 0..<9_000 {
            let now = Instant(nanoseconds: Int64(number) * 100_000_000 / 3)
            session.advance(to: now)
            while session.nextDeparture() != nil {}
            let packet = PacedPacket(
                payload: 0, track: track, timestamp: UInt32(number) * 3_000, byteCount: 9)
            _ = session.enqueue(packet, at: now)
        }
        let fields = Dictionary(uniqueKeysWithValues: session.statistics.fields.map { ($0, $1) })
        #expect(fields["video_packets_sent"] == 8_999)
        #expect(fields["avg_video_delay_ms"] == 33)
        #expect(fields["video_queue_depth"] == 1)
        #expect(fields["bursts_absorbed"] == 0)
        #expect(fields["catchup_events"] == 0)
    }

    @Test func `quantiles are true to three parts in a hundred`() {
        var histogram = DelayHistogram()
        for micro in 1...100_000 { histogram.add(.microseconds(Int64(micro))) }
        for perMille in [1, 10, 500, 900, 990, 999] {
            let wanted = Double(perMille) * 100
            let got = histogram.quantile(perMille: perMille).seconds * 1e6
            #expect(abs(got - wanted) <= wanted * 0.035 + 1)
        }
        #expect(histogram.longest == .milliseconds(100))
        #expect(histogram.mean == .init(nanoseconds: 50_000_500))
        histogram.add(.seconds(1_000))
        #expect(histogram.quantile(perMille: 1_000) <= .seconds(1_000))
    }
}
