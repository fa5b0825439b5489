public import Timing

/// One frame of coded sound, as its decoder takes it.
public struct AudioFrame: Hashable, Sendable {
    /// When its first sample is heard, in ticks of the RTP clock, unwrapped.
    public var timestamp: Int64
    /// When the packet came in that ended it.
    public var arrival: Instant
    /// The frame, without headers of transport.
    public var bytes: [UInt8]
    /// Whether something between this and the frame before it is missing.
    public var followsLoss: Bool

    /// A frame of `bytes` that came at `arrival`.
    public init(timestamp: Int64, arrival: Instant, bytes: [UInt8], followsLoss: Bool = false) {
        (self.timestamp, self.arrival) = (timestamp, arrival)
        (self.bytes, self.followsLoss) = (bytes, followsLoss)
    }
}

/// Frames on their way out of an audio depacketizer, and the loss before the next one.
struct AudioFrameQueue: Sendable {
    var statistics = DepacketizerStatistics()
    var followsLoss = false
    private var queue = UnitQueue<AudioFrame>()

    mutating func append(_ bytes: RawSpan, timestamp: Int64, arrival: Instant) {
        var memory = queue.spare()
        bytes.withUnsafeBytes { memory.append(contentsOf: $0) }
        append(memory, timestamp: timestamp, arrival: arrival)
    }

    mutating func append(_ bytes: consuming [UInt8], timestamp: Int64, arrival: Instant) {
        let frame = AudioFrame(
            timestamp: timestamp, arrival: arrival, bytes: bytes, followsLoss: followsLoss)
        followsLoss = false
        statistics.units += 1
        statistics.keyframes += 1
        if queue.append(frame) { statistics.count(.overflow) }
    }

    /// Counts a frame that will not come.
    mutating func lose(_ cause: BrokenUnit) {
        statistics.count(cause)
        followsLoss = true
    }

    mutating func next() -> AudioFrame? { queue.next() }

    mutating func spare() -> [UInt8] { queue.spare() }

    mutating func recycle(_ frame: consuming AudioFrame) { queue.recycle(frame.bytes) }

    mutating func recycle(_ memory: consuming [UInt8]) { queue.recycle(memory) }
}
