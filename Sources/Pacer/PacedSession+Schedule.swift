import Timing

extension PacedSession {
    /// When the next packet of a track may leave; `nil` when none waits.
    func due(_ index: Int) -> Instant? {
        guard !tracks[index].frames.isEmpty else { return nil }
        let frame = tracks[index].frames[0]
        if frame.dropReason != nil && frame.sentCount == 0 { return now }
        guard frame.packetCount > frame.sentCount else { return nil }
        switch (tracks[index].kind, configuration.law) {
        case (.control, .mediaClock):
            return max(frame.arrival, limit.earliest(for: 1))
        case (.control, .leakyBucket):
            return frame.arrival
        case (_, .leakyBucket):
            return tracks[index].bucketDue
        case (.audio, .mediaClock):
            return max(
                clock.deadline(track: index, mediaTime: frame.mediaTime), limit.earliest(for: 1))
        case (.video, .mediaClock):
            return groupDue(index, frame)
        }
    }

    /// When the next group of a video frame may leave.
    private func groupDue(_ index: Int, _ frame: PacedFrame) -> Instant {
        let size = tracks[index].groupSize(of: frame, most: configuration.spread.groupSize)
        var due = tracks[index].nextGroup
        if frame.sentCount == 0 {
            due = max(due, clock.deadline(track: index, mediaTime: frame.mediaTime))
        }
        if !frame.isComplete && frame.packetCount - frame.sentCount < size {
            due = max(due, frame.arrival + configuration.spread.longestGap)  // the rest may follow
        }
        return max(due, boundedUntil, limit.earliest(for: size))
    }

    /// Takes the next packet of a track out, to be sent.
    mutating func depart(_ index: Int, due: Instant) -> Departure {
        if tracks[index].frames[0].sentCount == 0 {
            let mediaTime = tracks[index].frames[0].mediaTime
            tracks[index].frameBegan(at: now, mediaTime: mediaTime)
            countCatchUp(index)
        }
        if tracks[index].groupLeft == 0 { beginGroup(index, due: due) }
        let packet = tracks[index].packets.removeFirst()
        limit.packetLeft(at: now)
        tracks[index].statistics.packetsSent += 1
        tracks[index].statistics.bytesSent += packet.byteCount
        tracks[index].frames[0].sentCount += 1
        tracks[index].groupLeft -= 1
        openGroup = tracks[index].groupLeft > 0 ? index : nil
        let frame = tracks[index].frames[0]
        if frame.isComplete && frame.sentCount == frame.packetCount { finishFrame(index) }
        return Departure(packet: packet, due: due, dropReason: nil)
    }

    /// Takes the next packet of a dropped frame out.
    mutating func letGo(_ index: Int) -> Departure {
        let packet = tracks[index].packets.removeFirst()
        let reason = tracks[index].frames[0].dropReason
        tracks[index].frames[0].packetCount -= 1
        if tracks[index].frames[0].packetCount == 0 { tracks[index].removeFrame() }
        return Departure(packet: packet, due: now, dropReason: reason)
    }

    /// Decides how many packets leave together, and when the group after them may.
    private mutating func beginGroup(_ index: Int, due: Instant) {
        let frame = tracks[index].frames[0]
        let waiting = frame.packetCount - frame.sentCount
        guard tracks[index].kind == .video else {
            tracks[index].groupLeft = 1
            return
        }
        guard configuration.law == .mediaClock else {
            tracks[index].groupLeft = waiting
            return
        }
        let spread = configuration.spread
        let size = min(tracks[index].groupSize(of: frame, most: spread.groupSize), waiting)
        if frame.sentCount == 0 { tracks[index].gap = gap(index, frame, startingAt: due) }
        var bits: Int64 = 0
        for place in 0..<size { bits += Int64(tracks[index].packets[place].byteCount) * 8 }
        let least = Interval(nanoseconds: bits * 1_000_000_000 / Int64(spread.peakBitsPerSecond))
        tracks[index].nextGroup = due + max(tracks[index].gap, least, Self.leastGap)
        tracks[index].groupLeft = size
        if let boundBitsPerSecond {
            let span = Interval(nanoseconds: bits * 1_000_000_000 / Int64(boundBitsPerSecond))
            boundedUntil = max(boundedUntil, due) + span
        }
    }

    /// The pause between a frame's groups: what is left of its window, spread evenly.
    private func gap(_ index: Int, _ frame: PacedFrame, startingAt due: Instant) -> Interval {
        let spread = configuration.spread
        let window = min(spread.window, clock.interval(of: index) / 2)
        let end = clock.deadline(track: index, mediaTime: frame.mediaTime) + window
        let expected =
            frame.isComplete
            ? frame.packetCount : max(frame.packetCount, tracks[index].usualPacketCount)
        let groups = Int64((expected + spread.groupSize - 1) / spread.groupSize)
        return min(max(end - due, .zero) / groups, spread.longestGap)
    }

    /// Counts a frame that has left whole, and takes it out.
    mutating func finishFrame(_ index: Int) {
        let frame = tracks[index].frames[0]
        tracks[index].statistics.framesSent += 1
        tracks[index].statistics.addedDelay.add(now - frame.arrival)
        if tracks[index].kind != .control { compare(index, frame) }
        tracks[index].removeFrame()
        guard configuration.law == .leakyBucket, tracks[index].kind != .control else { return }
        tracks[index].bucket.frameSent(at: now)
        tracks[index].bucketDue = nil
        takeInHand(index)
    }

    /// Under the original law: takes the head frame in hand once it is whole, or will never fit.
    mutating func takeInHand(_ index: Int) {
        guard configuration.law == .leakyBucket, tracks[index].kind != .control,
            tracks[index].bucketDue == nil, !tracks[index].frames.isEmpty,
            tracks[index].frames[0].isComplete || tracks[index].packets.isFull
        else { return }
        let timestamp = tracks[index].frames[0].timestamp
        let waiting = max(tracks[index].waitingFrames - 1, 0)  // the one in hand no longer waits
        tracks[index].bucketDue = tracks[index].bucket.take(
            timestamp: timestamp, waiting: waiting, at: now)
    }

    /// How much later video leaves than sound of the same moment.
    private mutating func compare(_ index: Int, _ frame: PacedFrame) {
        let playout = now - clock.deadline(track: index, mediaTime: frame.mediaTime) + clock.offset
        tracks[index].newestPlayout = playout
        guard tracks[index].kind == .video,
            let audio = order.first(where: { tracks[$0].kind == .audio }),
            let heard = tracks[audio].newestPlayout
        else { return }
        newestSkew = playout - heard
        skew.add(newestSkew.magnitude)
    }

    private mutating func countCatchUp(_ index: Int) {
        guard configuration.law == .mediaClock, clock.isCatchingUp,
            tracks[index].catchUpsSeen != clock.counters.catchUps
        else { return }
        tracks[index].catchUpsSeen = clock.counters.catchUps
        tracks[index].statistics.catchUpEpisodes += 1
    }

    private static let leastGap = Interval.microseconds(500)  // two groups of four a millisecond
}
