public import Timing

extension PacedSession {
    /// What was done so far. Copies histograms: for reports, never per packet.
    public var statistics: PacerStatistics {
        var statistics = PacerStatistics()
        for (index, track) in tracks.enumerated() {
            switch track.kind {
            case .video: statistics.video.add(figures(of: index))
            case .audio: statistics.audio.add(figures(of: index))
            case .control: continue
            }
            statistics.cappedWaits += track.bucket.counters.capped
        }
        (statistics.skew, statistics.newestSkew) = (skew, newestSkew)
        for (place, reason) in [DropReason.latency, .queueFull, .awaitingKeyframe].enumerated() {
            statistics.framesDropped[reason] = dropCounts[place]
        }
        statistics.clock = clock.counters
        return statistics
    }

    /// How far behind the arrivals' envelope the session plays: what a stall has left behind.
    public var excessLatency: Interval { clock.excess }

    /// The shared clock, for a look.
    public var mediaClock: MediaClock { clock }

    /// Packets that wait.
    public var queuedPackets: Int { tracks.reduce(0) { $0 + $1.packets.count } }

    /// Stops the process where the queues contradict one another: a bug of ours. For tests.
    public func checkInvariants() {
        for track in tracks {
            var waiting = 0
            for index in 0..<track.frames.count {
                waiting += track.frames[index].packetCount - track.frames[index].sentCount
            }
            precondition(waiting == track.packets.count, "frames and packets differ")
            precondition(track.packets.count <= configuration.packetCapacity, "past its bound")
        }
    }

    private func figures(of index: Int) -> PacerStatistics.Kind {
        var figures = tracks[index].statistics
        figures.queueDepth = tracks[index].frames.count
        figures.queuedPackets = tracks[index].packets.count
        figures.repairs = clock.repairs(of: index)
        if configuration.law == .leakyBucket {
            let counters = tracks[index].bucket.counters
            (figures.burstEpisodes, figures.burstItems) = (counters.burstEpisodes, counters.bursts)
            figures.catchUpEpisodes = counters.catchUpEpisodes
            figures.catchUpItems = counters.catchUps
        }
        return figures
    }
}

extension PacerStatistics.Kind {
    /// Adds another track's figures.
    mutating func add(_ other: PacerStatistics.Kind) {
        framesSent += other.framesSent
        packetsSent += other.packetsSent
        bytesSent += other.bytesSent
        burstEpisodes += other.burstEpisodes
        burstItems += other.burstItems
        catchUpEpisodes += other.catchUpEpisodes
        catchUpItems += other.catchUpItems
        queueDepth += other.queueDepth
        queuedPackets += other.queuedPackets
        addedDelay.add(other.addedDelay)
        departureJitter.add(other.departureJitter)
        spacing.add(other.spacing)
        repairs = repairs + other.repairs
    }
}
