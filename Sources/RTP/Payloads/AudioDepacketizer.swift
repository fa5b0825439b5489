/// Takes payloads that are frames as they are: Opus (RFC 7587), G.711, G.722 and L16 (RFC 3551).
public struct AudioDepacketizer: Depacketizer, Sendable {
    private var frames = AudioFrameQueue()

    /// A depacketizer of one stream.
    public init() {}

    /// What became of the frames.
    public var statistics: DepacketizerStatistics { frames.statistics }

    /// Takes the payload of the packet at `position`: one frame.
    public mutating func receive(_ payload: RawSpan, at position: PacketPosition) {
        if position.lostBefore > 0 { frames.followsLoss = true }
        guard payload.byteCount > 0 else { return }
        frames.append(payload, timestamp: position.timestamp, arrival: position.arrival)
    }

    /// Nothing waits for more here.
    public mutating func finish() {}

    /// The oldest frame that is ready.
    public mutating func next() -> AudioFrame? { frames.next() }

    /// Takes the memory of a frame back that is not needed any more.
    public mutating func recycle(_ frame: consuming AudioFrame) { frames.recycle(frame) }
}

/// Puts one frame of sound into one packet: Opus (RFC 7587), G.711, G.722 and L16 (RFC 3551).
public struct AudioPacketizer: Sendable {
    /// The number that the next packet gets.
    public private(set) var sequenceNumber: UInt16

    private let payloadType: UInt8
    private let ssrc: UInt32

    /// A packetizer of one stream, whose packets are numbered from `sequenceNumber`.
    public init(payloadType: UInt8, ssrc: UInt32, sequenceNumber: UInt16) {
        (self.payloadType, self.ssrc) = (payloadType, ssrc)
        self.sequenceNumber = sequenceNumber
    }

    /// Appends the packet of one frame to `batch`.
    ///
    /// - Parameters:
    ///   - frame: The frame, at least one octet.
    ///   - timestamp: When it is heard, in ticks of its clock.
    ///   - marker: Whether sound begins again after silence that was not sent (RFC 3551 §4.1).
    ///   - batch: Where the packet goes.
    public mutating func packetize(
        _ frame: RawSpan, timestamp: UInt32, marker: Bool = false, into batch: inout PacketBatch
    ) {
        guard frame.byteCount > 0 else { return }
        batch.begin(
            RTPHeader(
                payloadType: payloadType, sequenceNumber: sequenceNumber, timestamp: timestamp,
                ssrc: ssrc, marker: marker))
        batch.append(frame)
        sequenceNumber &+= 1
    }
}
