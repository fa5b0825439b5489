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

/// What a simulated camera sends, and what the network makes of it.
public struct CameraShape: Hashable, Sendable {
    /// How long the camera sends.
    public var length = Interval.seconds(60)
    /// Frames in a thousand seconds; 30 000 are 30 a second.
    public var framesPerThousandSeconds: Int64 = 30_000
    /// Whether frames come irregularly, up to twice as far apart.
    public var isVariable = false
    /// Time from key frame to key frame.
    public var keyframeInterval = Interval.seconds(2)
    /// Packets of an ordinary frame.
    public var packetsPerFrame = 9
    /// Packets of a key frame; 250 are 300 kB.
    public var packetsPerKeyframe = 30
    /// Time from audio packet to audio packet; zero for none.
    public var audioInterval = Interval.milliseconds(20)
    /// Whether audio pauses for a second out of three.
    public var pausesAudio = false
    /// How fast the camera's clocks run, in millionths too much.
    public var driftPerMillion: Int64 = 0
    /// What is added to `driftPerMillion` from a moment on: a clock that is set right, or wrong.
    public var driftStep: (at: Interval, perMillion: Int64)?
    /// The same for audio alone, on top.
    public var audioDriftPerMillion: Int64 = 0
    /// Where the video's timestamps begin.
    public var firstTimestamp: UInt32 = 90_000
    /// What is added to video timestamps from a moment on.
    public var timestampJump: (at: Interval, ticks: Int64)?
    /// From when on video timestamps begin at zero again.
    public var timestampReset: Interval?

    /// The least time to the relay.
    public var delay = Interval.milliseconds(20)
    /// What comes on top, exponentially spread with this mean.
    public var jitter = Interval.zero
    /// Everything that came within this comes at its end: TCP's bursts.
    public var burst = Interval.zero
    /// Nothing comes for a while, and then all at once.
    public var stalls: [(at: Interval, length: Interval)] = []
    /// When the narrowest link of the path may deliver 1500 octets, over and over (mahimahi's form).
    public var link: [Interval] = []

    /// A steady camera on a steady path.
    public init() {}

    /// Compares by what both say.
    public static func == (left: CameraShape, right: CameraShape) -> Bool {
        String(describing: left) == String(describing: right)
    }

    /// Hashes what it says.
    public func hash(into hasher: inout Hasher) { hasher.combine(String(describing: self)) }
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
        packets = deliver(sent)
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

    /// The path keeps the order, as TCP does; a frame's packets come together.
    private mutating func deliver(_ sent: [TracedPacket]) -> [TracedPacket] {
        var packets = sent
        var newest = start
        var opportunity = 0
        var frame = (track: -1, frame: -1)
        for index in packets.indices {
            let packet = packets[index]
            if frame != (packet.track, packet.frame) {
                frame = (packet.track, packet.frame)
                newest = max(newest, held(packet.captured + shape.delay + exponential()))
            }
            if !shape.link.isEmpty { newest = max(newest, slot(&opportunity, after: newest)) }
            packets[index].arrival = newest
        }
        return packets
    }

    /// Stalls and bursts hold back what would come during them.
    private func held(_ arrival: Instant) -> Instant {
        var held = arrival
        for stall in shape.stalls where held >= start + stall.at {
            held = max(held, min(start + stall.at + stall.length, .init(nanoseconds: .max)))
        }
        guard shape.burst > .zero else { return held }
        let late = (held - start).nanoseconds % shape.burst.nanoseconds
        return late == 0 ? held : held + shape.burst - Interval(nanoseconds: late)
    }

    /// The link's next opportunity that is not before `instant`.
    private func slot(_ opportunity: inout Int, after instant: Instant) -> Instant {
        guard let last = shape.link.last, last > .zero else { return instant }
        while true {
            let round = Int64(opportunity / shape.link.count)
            let place = shape.link[opportunity % shape.link.count]
            opportunity += 1
            let instantOfSlot = start + last * round + place
            if instantOfSlot >= instant { return instantOfSlot }
        }
    }

    private mutating func exponential() -> Interval {
        guard shape.jitter > .zero else { return .zero }
        // −ln u by halving: whole numbers alone, the same on every machine to within 0.1 %.
        let bits = random.next() | 1
        let zeros = bits.leadingZeroBitCount
        let mantissa = Int64(((bits << UInt64(zeros)) << 1) >> 44)  // 20 bits after the leading one
        let log2 = (Int64(zeros + 1) << 20) - mantissa - Self.curve(mantissa)
        return Interval(nanoseconds: shape.jitter.nanoseconds / 1_024 * ((log2 * 710) >> 20))
    }

    /// What log2(1 + x) − x is, roughly, for x of 20 bits.
    private static func curve(_ x: Int64) -> Int64 { ((x * ((1 << 20) - x)) >> 20) * 22 / 64 }

    /// Traces begin here: local clocks do not begin at zero.
    public static let start = Instant(nanoseconds: 1_000_000_000_000)
    private var start: Instant { Self.start }
}

extension CameraShape {
    /// A link in mahimahi's form: a line for each 1500 octets that may pass, in milliseconds since the
    /// beginning; the last line is where it begins again. `nil` when a line is no number.
    public static func link(mahimahi text: String) -> [Interval]? {
        let lines = text.split(whereSeparator: \.isNewline)
        let places = lines.compactMap { Int64($0).map { Interval.milliseconds($0) } }
        return places.count == lines.count ? places : nil
    }

    /// A made-up mobile link of twenty seconds: from 2 to 16 Mbit/s, another rate every half second.
    public static func variableLink(seed: UInt64) -> [Interval] {
        var random = SplitMix(seed: seed)
        var places: [Interval] = []
        for half in 0..<40 {
            let packets = 84 + random.below(584)  // of 1500 octets, in half a second
            for index in 0..<packets {
                let micro = Int64(half) * 500_000 + Int64(index + 1) * 500_000 / Int64(packets)
                places.append(.milliseconds(micro / 1_000))
            }
        }
        return places
    }
}
