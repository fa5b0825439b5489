public import Pacer
public import Timing

/// How late a simulated timer fires, and what sending takes: part of what a pacer has to live with.
public enum TimerModel: Hashable, Sendable {
    /// To the nanosecond.
    case exact
    /// A thread on an idle machine: 80 µs late, one time in a hundred up to 2 ms.
    case idle
    /// A thread of ordinary priority beside two encoders: 0.6 ms, one time in fifty up to 12 ms.
    case busy

    func lateness(_ random: inout SplitMix) -> Interval {
        let first = Int64(random.next() % 1_000)
        let second = Int64(random.next() % 1_000)
        switch self {
        case .exact: return .zero
        case .idle:
            return first < 10
                ? .microseconds(500 + second * 3 / 2) : .microseconds(40 + second * 80 / 1_000)
        case .busy:
            return first < 20 ? .microseconds(2_000 + second * 10) : .microseconds(second * 6 / 5)
        }
    }
}

/// What became of one frame.
public struct PacedFrameRecord: Hashable, Sendable {
    /// 0 for video, 1 for audio.
    public var track: Int
    /// When it was captured.
    public var captured: Instant
    /// When its last packet came.
    public var arrival: Instant
    /// When its first packet left.
    public var began: Instant
    /// When its last packet left.
    public var departed: Instant
    /// Whether it was let go instead.
    public var isDropped: Bool
}

/// Drives a paced session through a trace in virtual time, with one reader for both tracks.
public struct PacedReplay: ~Copyable {
    private var session: PacedSession
    private let tracks: [Int]
    private let packets: [TracedPacket]
    private let timer: TimerModel
    private var random: SplitMix
    private var now = CameraTrace.start
    private var recent: [Int64] = []  // departures within the last millisecond
    private var recentStart = 0
    private let keepsOrder: Bool

    /// What became of each frame, by departure.
    public private(set) var frames: [PacedFrameRecord] = []
    /// The most packets that left in any one millisecond.
    public private(set) var mostInMillisecond = 0
    /// Packets sent.
    public private(set) var packetsSent = 0
    /// The most that waited at once.
    public private(set) var mostQueued = 0

    /// A replay of `trace` through a session of `configuration`.
    public init(
        _ trace: CameraTrace, through configuration: PacerConfiguration, timer: TimerModel = .idle,
        seed: UInt64 = 1
    ) {
        session = PacedSession(configuration)
        tracks = [
            session.addTrack(.video, clockRate: 90_000),
            session.addTrack(.audio, clockRate: 48_000),
        ]
        (packets, self.timer) = (trace.packets, timer)
        random = SplitMix(seed: seed)
        keepsOrder = configuration.law == .leakyBucket
        frames.reserveCapacity(trace.packets.count / 4)
    }

    /// What the session says of itself.
    public var statistics: PacerStatistics { session.statistics }

    /// Runs to the end of the trace, and until nothing waits.
    public mutating func run() {
        var next = 0
        var isBlocked = false
        var armed: (deadline: Instant, wake: Instant)?
        while true {
            let deadline = session.nextDeadline
            if let deadline, armed?.deadline != deadline {
                armed = (deadline, max(deadline, now) + timer.lateness(&random))
            }
            let arrival =
                next < packets.count && !isBlocked ? max(packets[next].arrival, now) : nil
            guard let arrival, deadline == nil || arrival < armed?.wake ?? arrival else {
                guard deadline != nil, let wake = armed?.wake else { return }
                now = max(now, wake)
                armed = nil
                drain()
                isBlocked = false
                continue
            }
            now = arrival
            isBlocked = session.enqueue(paced(packets[next], number: next), at: now) == .refused
            if !isBlocked { next += 1 }
            mostQueued = max(mostQueued, session.queuedPackets)
            // The original's writers sleep through arrivals; ours is the loop that reads.
            if !keepsOrder && (next == packets.count || packets[next].arrival > now) { drain() }
        }
    }

    private func paced(_ packet: TracedPacket, number: Int) -> PacedPacket {
        PacedPacket(
            payload: number, track: tracks[packet.track], timestamp: packet.timestamp,
            byteCount: packet.byteCount, isFrameEnd: packet.isFrameEnd,
            isKeyframe: packet.isKeyframe)
    }

    private mutating func drain() {
        session.advance(to: now)
        var count = 0
        while let departure = session.nextDeparture() {
            record(packets[departure.packet.payload], departure)
            if departure.dropReason == nil { count += 1 }
        }
        if count > 0 && timer != .exact { now = now + Self.write }
    }

    private mutating func record(_ packet: TracedPacket, _ departure: Departure) {
        let isDropped = departure.dropReason != nil
        if !isDropped { countPacket() }
        let isOpen = open[packet.track] == packet.frame
        if !isOpen {
            open[packet.track] = packet.frame
            began[packet.track] = now
        }
        guard packet.isFrameEnd else { return }
        frames.append(
            PacedFrameRecord(
                track: packet.track, captured: packet.captured, arrival: packet.arrival,
                began: began[packet.track], departed: now, isDropped: isDropped))
    }

    private var open = [-1, -1]
    private var began = [CameraTrace.start, CameraTrace.start]

    private mutating func countPacket() {
        packetsSent += 1
        recent.append(now.nanoseconds)
        while recent[recentStart] <= now.nanoseconds - 1_000_000 { recentStart += 1 }
        mostInMillisecond = max(mostInMillisecond, recent.count - recentStart)
        guard recentStart > 4_096 else { return }
        recent.removeFirst(recentStart)
        recentStart = 0
    }

    private static let write = Interval.microseconds(50)
}
