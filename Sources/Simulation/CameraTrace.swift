public import Timing

/// One packet as a simulated camera sent it and a relay read it.
public struct TracedPacket: Hashable, Sendable {
    /// 0 for video, 1 for audio.
    public var track: Int
    /// The frame's number on its track.
    public var frame: Int
    /// When it was captured, on the local clock.
    public var captured: Instant
    /// When it came.
    public var arrival: Instant
    /// What the camera wrote into the header.
    public var timestamp: UInt32
    /// Octets.
    public var byteCount: Int
    /// Whether its frame ends here.
    public var isFrameEnd: Bool
    /// Whether its frame is a key frame.
    public var isKeyframe: Bool
}

/// A camera's packets in the order in which they came: the same for the same seed.
public struct CameraTrace: Sendable {
    /// All packets, by arrival.
    public private(set) var packets: [TracedPacket] = []
    private var random: SplitMix
    private let shape: CameraShape

    /// Writes down all that a camera of `shape` sends.
    public init(_ shape: CameraShape, seed: UInt64) {
        random = SplitMix(seed: seed)
        self.shape = shape
        var sent = video()
        if shape.audioInterval > .zero { sent += audio() }
        sent.sort { ($0.captured, $0.track, $0.frame) < ($1.captured, $1.track, $1.frame) }
        var path = CameraPath(shape, random: random)
        for index in sent.indices { sent[index].arrival = path.arrival(of: sent[index]) }
        packets = sent
    }

    private mutating func video() -> [TracedPacket] {
        var packets: [TracedPacket] = []
        let step = Interval(nanoseconds: 1_000_000_000_000 / shape.framesPerThousandSeconds)
        var captured = Interval.milliseconds(5)
        var nextKeyframe = Interval.zero
        var frame = 0
        while captured < shape.length {
            let isKeyframe = captured >= nextKeyframe
            if isKeyframe { nextKeyframe = captured + shape.keyframeInterval }
            let count = isKeyframe ? shape.packetsPerKeyframe : shape.packetsPerFrame
            let timestamp = videoTimestamp(captured)
            for index in 0..<count {
                packets.append(
                    TracedPacket(
                        track: 0, frame: frame, captured: start + captured, arrival: start,
                        timestamp: timestamp, byteCount: 1_200, isFrameEnd: index == count - 1,
                        isKeyframe: isKeyframe))
            }
            frame += 1
            let extra = shape.isVariable ? Int64(random.next() % 1_000) : 0
            captured = captured + step + Interval(nanoseconds: step.nanoseconds / 1_000 * extra)
        }
        return packets
    }

    private func audio() -> [TracedPacket] {
        var packets: [TracedPacket] = []
        var captured = Interval.milliseconds(5)
        while captured < shape.length {
            let isSilent = shape.pausesAudio && captured.nanoseconds / 1_000_000_000 % 3 == 2
            if !isSilent {
                let drift = shape.driftPerMillion + shape.audioDriftPerMillion
                packets.append(
                    TracedPacket(
                        track: 1, frame: packets.count, captured: start + captured, arrival: start,
                        timestamp: ticks(captured, rate: 48_000, drift: drift), byteCount: 120,
                        isFrameEnd: true, isKeyframe: false))
            }
            captured = captured + shape.audioInterval
        }
        return packets
    }

    private func videoTimestamp(_ captured: Interval) -> UInt32 {
        var jumped: Int64 = 0
        if let jump = shape.timestampJump, captured >= jump.at { jumped = jump.ticks }
        let own = ticks(captured, rate: 90_000, drift: shape.driftPerMillion)
        if let reset = shape.timestampReset, captured >= reset {
            return own &- ticks(reset, rate: 90_000, drift: shape.driftPerMillion)
        }
        return shape.firstTimestamp &+ own &+ UInt32(truncatingIfNeeded: jumped)
    }

    private func ticks(_ captured: Interval, rate: Int64, drift: Int64) -> UInt32 {
        let micro = captured.nanoseconds / 1_000
        var ran = micro + micro / 1_000 * drift / 1_000
        if let step = shape.driftStep, captured > step.at {
            ran += (captured - step.at).nanoseconds / 1_000_000 * step.perMillion / 1_000
        }
        return UInt32(
            truncatingIfNeeded: ran / 1_000 * rate / 1_000 + ran % 1_000 * rate / 1_000_000)
    }

    /// Traces begin here: local clocks do not begin at zero.
    public static let start = Instant(nanoseconds: 1_000_000_000_000)
    private var start: Instant { Self.start }
}
