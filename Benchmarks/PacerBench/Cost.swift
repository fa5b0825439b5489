import Glibc
import Pacer
import Timing

/// CPU and allocations of one session's packets, without a socket or a timer.
func printCost() {
    var best = Double.infinity
    var allocations = 0.0
    for _ in 0..<7 {
        var camera = SteadyCamera()
        camera.run(frames: 2_000)  // the rings have been gone round, the clock has settled
        let before = (
            time: cpuNanoseconds(), packets: camera.packets, allocations: allocationCount()
        )
        camera.run(frames: 20_000)
        let packets = Double(camera.packets - before.packets)
        best = min(best, Double(cpuNanoseconds() - before.time) / packets)
        allocations = Double(allocationCount() - before.allocations) / packets
    }
    print("CPU for each packet, in and out: \(best.text) ns; allocations: \(allocations.text)")
    figure("pacer.cpu_per_packet_seconds", best / 1e9)
    if getenv("ALLOCATION_COUNT") != nil { figure("pacer.allocations_per_packet", allocations) }
}

/// Thirty frames a second of nine packets, a key frame of forty every two seconds, and sound.
private struct SteadyCamera: ~Copyable {
    private var session = PacedSession()
    private let video: Int
    private let audio: Int
    private var frame: Int64 = 0
    private var sounds: Int64 = 0
    private(set) var packets = 0

    init() {
        video = session.addTrack(.video, clockRate: 90_000)
        audio = session.addTrack(.audio, clockRate: 48_000)
    }

    mutating func run(frames: Int64) {
        for _ in 0..<frames {
            let now = Instant(nanoseconds: frame * 100_000_000 / 3)
            while sounds * 20_000_000 <= now.nanoseconds { sound() }
            drain(until: now)
            let isKeyframe = frame % 60 == 0
            let count = isKeyframe ? 40 : 9
            for index in 0..<count {
                let packet = PacedPacket(
                    payload: index, track: video,
                    timestamp: UInt32(truncatingIfNeeded: frame * 3_000),
                    byteCount: 1_200, isFrameEnd: index == count - 1, isKeyframe: isKeyframe)
                guard session.enqueue(packet, at: now) == .queued else { continue }
            }
            frame += 1
        }
    }

    private mutating func sound() {
        let now = Instant(nanoseconds: sounds * 20_000_000)
        drain(until: now)
        let packet = PacedPacket(
            payload: 0, track: audio, timestamp: UInt32(truncatingIfNeeded: sounds * 960),
            byteCount: 120)
        _ = session.enqueue(packet, at: now)
        sounds += 1
    }

    /// As a loop does: wake at each deadline, take what is due.
    private mutating func drain(until end: Instant) {
        while let deadline = session.nextDeadline, deadline <= end {
            session.advance(to: deadline)
            while session.nextDeparture() != nil { packets += 1 }
        }
    }
}

private func cpuNanoseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}

/// What Benchmarks/Allocations/counter.c has counted so far; 0 when it is not preloaded.
private func allocationCount() -> UInt64 {
    guard let path = getenv("ALLOCATION_COUNT") else { return 0 }
    let file = open(path, O_RDONLY)
    defer { close(file) }
    var count: UInt64 = 0
    return read(file, &count, 8) == 8 ? count : 0
}
