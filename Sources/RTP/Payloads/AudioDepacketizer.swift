public import Codecs

/// Takes payloads that are frames as they are: Opus (RFC 7587), G.711, G.722 and L16 (RFC 3551).
public struct AudioDepacketizer: Depacketizer, Sendable {
    private var frames = AudioFrameQueue()
    private let byteCountPerTick: Int

    /// A depacketizer of one stream of frames.
    public init() { byteCountPerTick = 1 }

    /// A depacketizer of one stream of samples. A payload that ends inside a sample is dropped.
    public init(_ format: SampledAudio) { byteCountPerTick = format.byteCountPerTick }

    /// What became of the frames.
    public var statistics: DepacketizerStatistics { frames.statistics }

    /// Takes the payload of the packet at `position`: one frame.
    public mutating func receive(_ payload: RawSpan, at position: PacketPosition) {
        if position.lostBefore > 0 { frames.followsLoss = true }
        guard payload.byteCount > 0 else { return }
        guard payload.byteCount % byteCountPerTick == 0 else { return frames.lose(.malformed) }
        frames.append(payload, timestamp: position.timestamp, arrival: position.arrival)
    }

    /// Nothing waits for more here.
    public mutating func finish() {}

    /// The oldest frame that is ready.
    public mutating func next() -> AudioFrame? { frames.next() }

    /// Takes the memory of a frame back that is not needed any more.
    public mutating func recycle(_ frame: consuming AudioFrame) { frames.recycle(frame) }
}
