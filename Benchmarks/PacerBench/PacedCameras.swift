import Pacer
import Reactor
import Timing
import Wire

/// Many sessions on one loop: cameras that are never late, so that what jitters is the timer.
struct PacedCameras: Engine, ~Copyable {
    /// A turn has sent all it had.
    struct TurnSent {}

    private struct Camera {
        var session: PacedSessions.Handle
        var begin: Instant
        var frame: Int64 = 0
        var sound: Int64 = 0
        var lateness: [Interval?] = [nil, nil]

        func captured(_ track: Int) -> Instant {
            begin + Interval(nanoseconds: track == 0 ? frame * 100_000_000 / 3 : sound * 20_000_000)
        }
    }

    private var sessions = PacedSessions()
    private var cameras: [Camera] = []
    private var sent: [(camera: Int, departure: Departure)] = []
    private var waiting: PacedSessions.Due?  // the first of the next run
    private let destination: Endpoint
    private let payload = [UInt8](repeating: 0x80, count: 1_200)

    /// How far the distance of two departures is from that of their capture, frame by frame.
    private(set) var jitter = DelayHistogram()
    /// From a packet's due time until the kernel had it.
    private(set) var lateness = DelayHistogram()

    init(count: Int, to destination: Endpoint) {
        self.destination = destination
        sent.reserveCapacity(4_096)
        let begin = Instant.now() + .milliseconds(100)
        for number in 0..<count {
            var session = PacedSession()
            _ = session.addTrack(.video, clockRate: 90_000)
            _ = session.addTrack(.audio, clockRate: 48_000)
            let phase = Interval.microseconds(Int64(number) * 7_919 % 33_333)
            guard let handle = sessions.insert(session) else { break }
            cameras.append(Camera(session: handle, begin: begin + phase))
        }
    }

    mutating func receive(_ bytes: RawSpan, from source: Endpoint, at now: Instant) {}

    mutating func advance(to now: Instant) {
        for index in cameras.indices {
            while cameras[index].captured(0) <= now { capture(index, track: 0) }
            while cameras[index].captured(1) <= now { capture(index, track: 1) }
        }
        sessions.advance(to: now)
    }

    /// A frame as it came, on the dot.
    private mutating func capture(_ index: Int, track: Int) {
        let at = cameras[index].captured(track)
        let handle = cameras[index].session
        let isSound = track == 1
        let count = isSound ? 1 : 9
        let timestamp = isSound ? cameras[index].sound * 960 : cameras[index].frame * 3_000
        for place in 0..<count {
            let packet = PacedPacket(
                payload: place == 0 ? Int(at.nanoseconds) : 0, track: track,
                timestamp: UInt32(truncatingIfNeeded: timestamp), byteCount: isSound ? 120 : 1_200,
                isFrameEnd: place == count - 1)
            _ = sessions.enqueue(packet, in: handle, at: at)
        }
        if isSound { cameras[index].sound += 1 } else { cameras[index].frame += 1 }
    }

    var nextDeadline: Instant? {
        var earliest = sessions.nextDeadline
        for camera in cameras {
            let due = min(camera.captured(0), camera.captured(1))
            earliest = min(earliest ?? due, due)
        }
        return earliest
    }

    mutating func nextTransmit(into arena: inout SendArena) -> Transmit? {
        guard arena.remaining >= 8 * payload.count else { return nil }
        var run: Transmit?
        while let due = nextDue() {
            let isSound = due.departure.packet.track == 1
            let camera = due.session.index  // slots are taken in order
            if run != nil, isSound || sent.last?.camera != camera {
                waiting = due
                break
            }
            sent.append((camera, due.departure))
            let byteCount = due.departure.packet.byteCount
            arena.tail.initializeMemory(as: UInt8.self, repeating: 0x80, count: byteCount)
            run = Transmit(
                destination: destination, offset: run?.offset ?? arena.count,
                byteCount: (run?.byteCount ?? 0) + byteCount,
                segmentLength: max(run?.segmentLength ?? 0, byteCount))
            arena.commit(byteCount)
            if isSound { break }  // it comes first, and is no segment
        }
        return run
    }

    private mutating func nextDue() -> PacedSessions.Due? {
        guard let first = waiting.take() else { return sessions.nextEvent() }
        return first
    }

    /// Asked for after a turn's packets went to the kernel: their time is now.
    mutating func nextEvent() -> TurnSent? {
        guard !sent.isEmpty else { return nil }
        let now = Instant.now()
        for (index, departure) in sent {
            lateness.add(now - departure.due)
            guard departure.packet.payload != 0 else { continue }  // a frame's first packet
            let captured = Instant(nanoseconds: Int64(departure.packet.payload))
            let track = departure.packet.track
            if let before = cameras[index].lateness[track] {
                let difference = (now - captured) - before
                jitter.add(max(difference, .zero - difference))
            }
            cameras[index].lateness[track] = now - captured
        }
        sent.removeAll(keepingCapacity: true)
        return nil
    }
}
