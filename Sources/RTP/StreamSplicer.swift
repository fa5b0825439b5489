public import Timing

/// Makes one stream of several sources, one after the other: its numbers and times go on without a gap
/// where the source changes, and what is lost of a source stays visible as lost.
///
/// ```
/// splicer.follow(camera.ssrc)
/// if let header = splicer.rewrite(layout.header, at: now) { header.write(to: out) }
/// ```
/// A packet of a source that is not followed, or from before the one it was followed from, has no place
/// in the stream. All arithmetic is O(1); nothing is allocated.
///
/// It reads headers and knows no packet again: what was lost and asked for is the caller's to keep. The
/// room `SFU` has a rewriter of its own, which maps both ways and leaves unwrapping to the stream.
public struct StreamSplicer: Sendable {
    /// The stream's own identifier.
    public let ssrc: UInt32

    @usableFromInline let payloadType: UInt8?
    @usableFromInline let clockRate: Int64
    @usableFromInline var source: UInt32?
    @usableFromInline var first: Int64?  // the number from which the source is followed
    @usableFromInline var unwrapper = SequenceUnwrapper()
    @usableFromInline var sequenceOffset: Int64 = 0
    @usableFromInline var timestampOffset: UInt32 = 0
    @usableFromInline var lastSequence: Int64
    @usableFromInline var lastTimestamp: UInt32
    @usableFromInline var lastDeparture: Instant?

    /// - Parameters:
    ///   - ssrc: The stream's identifier.
    ///   - payloadType: What SDP calls the format on the way out; `nil` leaves the source's.
    ///   - clockRate: Ticks of the timestamp in a second.
    ///   - sequenceNumber: The number of the first packet, best below 2^15 (RFC 3711 §3.3.1).
    ///   - timestamp: The timestamp of the first packet.
    public init(
        ssrc: UInt32, payloadType: UInt8? = nil, clockRate: UInt32, sequenceNumber: UInt16,
        timestamp: UInt32
    ) {
        (self.ssrc, self.payloadType, self.clockRate) = (ssrc, payloadType, Int64(clockRate))
        (lastSequence, lastTimestamp) = (Int64(sequenceNumber) - 1, timestamp)
    }

    /// Leaves the source before; the next packet of `source` goes on where the stream stands.
    public mutating func follow(_ source: UInt32) {
        (self.source, first, unwrapper) = (source, nil, SequenceUnwrapper())
    }

    /// The header under which a packet leaves; `nil` when it has no place in the stream.
    ///
    /// - Parameters:
    ///   - header: The packet's own.
    ///   - now: When it leaves: time between sources becomes time between timestamps.
    @inlinable
    public mutating func rewrite(_ header: RTPHeader, at now: Instant) -> RTPHeader? {
        guard header.ssrc == source else { return nil }
        let number = unwrapper.unwrap(header.sequenceNumber)
        if let first {
            guard number >= first else { return nil }
        } else {
            begin(at: number, header.timestamp, now)
        }
        var rewritten = header
        let sequence = number &+ sequenceOffset
        rewritten.sequenceNumber = UInt16(truncatingIfNeeded: sequence)
        rewritten.timestamp = header.timestamp &+ timestampOffset
        rewritten.ssrc = ssrc
        if let payloadType { rewritten.payloadType = payloadType }
        if sequence > lastSequence {
            (lastSequence, lastDeparture) = (sequence, now)
            lastTimestamp = rewritten.timestamp
        }
        return rewritten
    }

    @usableFromInline
    mutating func begin(at number: Int64, _ timestamp: UInt32, _ now: Instant) {
        first = number
        sequenceOffset = lastSequence + 1 - number
        var ticks: Int64 = 0
        if let lastDeparture {
            // At least one tick: two pictures of one time would be one.
            ticks = max(1, (now - lastDeparture).nanoseconds / 1_000 * clockRate / 1_000_000)
        }
        timestampOffset = lastTimestamp &+ UInt32(truncatingIfNeeded: ticks) &- timestamp
    }
}
