public import Timing

/// How the pipes between the loops of a simulated server behave.
public struct PipeConditions: Sendable {
    /// From when a loop has written a frame to when the other reads it: its waking, or its lateness.
    public var delay = Interval.microseconds(20)
    /// Frames that a pipe holds; it refuses more.
    public var capacity = 1024

    /// As on an idle machine.
    public init() {}
}

/// Frames on their way between loops, each pair's in the order they were written.
struct PipeFlight {
    struct Frame {
        let bytes: [UInt8]
        let source: Int
        let target: Int
    }

    private struct Pair: Hashable {
        let source: Int
        let target: Int
    }

    var conditions = PipeConditions()
    private var frames: [(arrival: Instant, frame: Frame)] = []  // soonest first
    private var waiting: [Pair: Int] = [:]
    private var latest: [Pair: Instant] = [:]

    var next: Instant? { frames.first?.arrival }

    func isFull(from source: Int, to target: Int) -> Bool {
        waiting[Pair(source: source, target: target), default: 0] >= conditions.capacity
    }

    /// Puts a frame under way; it overtakes none of its pair.
    mutating func add(_ bytes: [UInt8], from source: Int, to target: Int, at now: Instant) {
        let pair = Pair(source: source, target: target)
        let arrival = max(now + conditions.delay, latest[pair] ?? now)
        latest[pair] = arrival
        waiting[pair, default: 0] += 1
        let place = frames.lastIndex { $0.arrival <= arrival }.map { $0 + 1 } ?? 0
        frames.insert(
            (arrival, Frame(bytes: bytes, source: source, target: target)), at: place)
    }

    mutating func take(at now: Instant) -> [Frame] {
        let count = frames.prefix { $0.arrival <= now }.count
        let due = frames.prefix(count).map(\.frame)
        frames.removeFirst(count)
        for frame in due { waiting[Pair(source: frame.source, target: frame.target)]? -= 1 }
        return due
    }
}
