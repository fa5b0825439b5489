import Timing

/// One frame that waits, or is on its way.
struct PacedFrame {
    var timestamp: UInt32
    var mediaTime = Interval.zero
    var firstArrival: Instant
    var arrival: Instant  // of its newest packet
    var packetCount = 0
    var sentCount = 0
    var isComplete = false
    var isKeyframe = false
    var dropReason: DropReason?
}

/// One track's queue: packets in a ring, and beside it the frames they make up.
struct PacedTrack {
    let kind: TrackKind
    var packets: RingQueue<PacedPacket>
    var frames: RingQueue<PacedFrame>
    var statistics = PacerStatistics.Kind()

    /// Packets of the group on its way that are still to leave.
    var groupLeft = 0
    /// When the next group may leave, once a frame has begun.
    var nextGroup = Instant(nanoseconds: .min / 2)
    var gap = Interval.zero
    /// How many packets the newest whole frame had: what one that is still coming is taken for.
    var usualPacketCount = 1

    /// The original law, and when the frame it has in hand is sent.
    var bucket: LeakyBucket
    var bucketDue: Instant?
    var blockedTimestamp: UInt32?

    var isAwaitingKeyframe = false
    var droppedTimestamp: UInt32?
    var isInBurst = false
    var catchUpsSeen = 0
    var newestDeparture: Instant?
    var newestMediaTime = Interval.zero
    /// Departure less media time of the newest frame: what is compared between tracks.
    var newestPlayout: Interval?

    init(kind: TrackKind, clockRate: UInt32, configuration: PacerConfiguration) {
        self.kind = kind
        let nowhere = Instant(nanoseconds: 0)
        packets = RingQueue(
            capacity: configuration.packetCapacity,
            filler: PacedPacket(payload: 0, track: 0, timestamp: 0, byteCount: 0))
        frames = RingQueue(
            capacity: configuration.frameCapacity,
            filler: PacedFrame(timestamp: 0, firstArrival: nowhere, arrival: nowhere))
        bucket = LeakyBucket(clockRate: clockRate, configuration: configuration.bucket)
    }

    /// Whether a packet of `timestamp` begins another frame than the one that is still coming.
    func beginsFrame(_ timestamp: UInt32) -> Bool {
        guard !frames.isEmpty else { return true }
        let last = frames[frames.count - 1]
        return last.isComplete || last.timestamp != timestamp || last.dropReason != nil
    }

    /// Frames behind the one in hand that could be sent whole.
    var waitingFrames: Int {
        guard !frames.isEmpty else { return 0 }
        let whole = frames[frames.count - 1].isComplete ? frames.count : frames.count - 1
        return max(whole - (bucketDue == nil ? 0 : 1), 0)
    }

    /// Takes in a packet that was admitted; the frame it belongs to is the newest one.
    mutating func append(_ packet: PacedPacket, at now: Instant) {
        packets.append(packet)
        let index = frames.count - 1
        frames[index].packetCount += 1
        frames[index].arrival = now
        if packet.isFrameEnd { complete(index) }
        if frames.count >= Self.burstFrames && !isInBurst {
            isInBurst = true
            statistics.burstEpisodes += 1
        }
    }

    mutating func complete(_ index: Int) {
        frames[index].isComplete = true
        usualPacketCount = frames[index].packetCount
    }

    /// Marks every frame that has not begun to leave, but the newest `kept`; answers how many.
    mutating func drop(_ reason: DropReason, keepingNewest kept: Int) -> Int {
        var count = 0
        for index in 0..<max(frames.count - kept, 0)
        where frames[index].sentCount == 0 && frames[index].dropReason == nil {
            frames[index].dropReason = reason
            count += 1
        }
        return count
    }

    /// How many of the head frame's packets the next group has, were all of them here.
    func groupSize(of frame: PacedFrame, most: Int) -> Int {
        let expected =
            frame.isComplete ? frame.packetCount : max(frame.packetCount, usualPacketCount)
        let left = max(expected - frame.sentCount, 1)
        let groups = (left + most - 1) / most
        return (left + groups - 1) / groups
    }

    /// Counts that the head frame begins to leave at `now`.
    mutating func frameBegan(at now: Instant, mediaTime: Interval) {
        if let newestDeparture {
            let spacing = now - newestDeparture
            statistics.spacing.add(spacing)
            statistics.departureJitter.add((spacing - (mediaTime - newestMediaTime)).magnitude)
        }
        (newestDeparture, newestMediaTime) = (now, mediaTime)
    }

    /// Takes the head frame out; it was sent or dropped whole.
    mutating func removeFrame() {
        _ = frames.removeFirst()
        if frames.count <= 1 { isInBurst = false }
    }

    private static let burstFrames = 5  // the original's threshold
}
