public import Timing

/// Takes the packets of one track as they come, restores their order and makes units of them.
///
/// ```
/// var receiver = TrackReceiver(H264Depacketizer(), payloadType: 96)
/// receiver.receive(packet, at: now)
/// while let unit = receiver.next() { … }
/// ```
public struct TrackReceiver<Format: Depacketizer> {
    /// What makes units of payloads; its statistics and parameters are read here.
    public var depacketizer: Format

    // All that the format has no part in: generic code is slow where it is not specialised.
    @usableFromInline var track: PacketTrack

    /// - Parameters:
    ///   - depacketizer: What makes units of payloads.
    ///   - payloadType: The payload type that SDP names; others are counted and dropped.
    ///   - patience: How long a missing packet is waited for: none over TCP, which keeps order.
    ///   - packetLimit: How many packets are held meanwhile.
    ///   - redundancyPayloadType: The payload type of redundant audio (RFC 2198) around the track's
    ///     own, where SDP has one: lost frames are then taken from the packet behind the gap.
    public init(
        _ depacketizer: Format,
        payloadType: UInt8,
        patience: Interval = .zero,
        packetLimit: Int = 512,
        redundancyPayloadType: UInt8? = nil
    ) {
        self.depacketizer = depacketizer
        track = PacketTrack(
            payloadType: payloadType, redundancyPayloadType: redundancyPayloadType,
            buffer: JitterBuffer(patience: patience, packetLimit: packetLimit))
    }

    /// What came in.
    public var statistics: TrackStatistics { track.statistics }

    /// When `advance` is due; `nil` while no packet waits for another.
    public var nextDeadline: Instant? { track.nextDeadline }

    /// Takes a whole RTP packet, in the clear, borrowed for the call.
    @inlinable
    public mutating func receive(_ packet: RawSpan, at now: Instant) {
        guard let arrival = track.accept(packet, at: now) else { return }
        if arrival.isOfNewSource { depacketizer.finish() }
        if arrival.isInOrder {
            deliver(packet, arrival.layout, lost: arrival.lost, arrival: now)
        }
        advance(to: now)
    }

    /// Gives up what has been waited for long enough.
    @inlinable
    public mutating func advance(to now: Instant) {
        guard track.isHolding else { return }
        while let packet = track.next(at: now) {
            let bytes = packet.bytes.span.bytes
            deliver(bytes, packet.layout, lost: packet.lost, arrival: packet.arrival)
            track.recycle(packet)
        }
    }

    /// Ends the unit that waits for more, as at the end of a stream.
    @inlinable
    public mutating func finish() { depacketizer.finish() }

    /// The oldest unit that is ready; call until `nil` after each packet and each `advance`.
    @inlinable
    public mutating func next() -> Format.Unit? { depacketizer.next() }

    @inlinable
    mutating func deliver(_ packet: RawSpan, _ layout: RTPLayout, lost: Int, arrival: Instant) {
        guard let position = track.position(of: layout, lost: lost, arrival: arrival) else {
            return
        }
        if layout.header.payloadType == track.payloadType {
            track.deliver(at: position)
            depacketizer.receive(layout.payload(of: packet), at: position)
        } else {
            deliverRedundant(layout.payload(of: packet), at: position)
        }
    }

    /// Hands on what was lost and stands here once more, then the packet's own frame.
    @usableFromInline
    mutating func deliverRedundant(_ payload: RawSpan, at position: PacketPosition) {
        guard var plan = RedundantDelivery(payload, at: position, of: track),
            var blocks = try? RedundantPayload(parsing: payload)
        else { return track.countMalformed() }
        while let block = blocks.next() {
            guard let place = plan.place(of: block, in: &track) else { continue }
            track.deliver(at: place)
            depacketizer.receive(block.bytes, at: place)
        }
    }
}

extension TrackReceiver: Sendable where Format: Sendable {}
