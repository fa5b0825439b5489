public import Timing
import Wire

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
    /// What came in.
    public private(set) var statistics = TrackStatistics()

    private let payloadType: UInt8
    private let redundancyPayloadType: UInt8?
    private var buffer: JitterBuffer
    private var timestamps = TimestampUnwrapper()
    private var ssrc: UInt32?
    private var lost = 0
    private var delivered: Int64?  // the newest timestamp that the depacketizer was given

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
        self.payloadType = payloadType
        self.redundancyPayloadType = redundancyPayloadType
        buffer = JitterBuffer(patience: patience, packetLimit: packetLimit)
    }

    /// When `advance` is due; `nil` while no packet waits for another.
    public var nextDeadline: Instant? { buffer.nextDeadline }

    /// Takes a whole RTP packet, in the clear, borrowed for the call.
    public mutating func receive(_ packet: RawSpan, at now: Instant) {
        guard let layout = try? RTPLayout(parsing: packet) else {
            statistics.malformed += 1
            return
        }
        let type = layout.header.payloadType
        guard type == payloadType || type == redundancyPayloadType else {
            statistics.otherPayloadType += 1
            return
        }
        statistics.packets += 1
        followSource(layout.header.ssrc)
        switch buffer.receive(packet, layout, at: now) {
        case .inOrder(let lost): deliver(packet, layout, lost: lost, arrival: now)
        case .held: statistics.reordered += 1
        case .old: statistics.old += 1
        }
        advance(to: now)
    }

    /// Gives up what has been waited for long enough.
    public mutating func advance(to now: Instant) {
        while let packet = buffer.next(at: now) {
            let bytes = packet.bytes.span.bytes
            deliver(bytes, packet.layout, lost: packet.lost, arrival: packet.arrival)
            buffer.recycle(packet)
        }
    }

    /// Ends the unit that waits for more, as at the end of a stream.
    public mutating func finish() { depacketizer.finish() }

    /// The oldest unit that is ready; call until `nil` after each packet and each `advance`.
    public mutating func next() -> Format.Unit? { depacketizer.next() }

    private mutating func deliver(
        _ packet: RawSpan, _ layout: RTPLayout, lost: Int, arrival: Instant
    ) {
        self.lost += lost
        statistics.lost += lost
        // Probes and keep-alives carry nothing; a loss before one still counts for the next.
        guard layout.payloadByteCount > 0 else { return }
        let position = PacketPosition(
            timestamp: timestamps.unwrap(layout.header.timestamp),
            marker: layout.header.marker,
            lostBefore: self.lost,
            arrival: arrival
        )
        let payload = layout.payload(of: packet)
        if layout.header.payloadType == payloadType {
            deliver(payload, at: position)
        } else if !deliverRedundant(payload, at: position) {
            statistics.malformed += 1
        }
    }

    private mutating func deliver(_ payload: RawSpan, at position: PacketPosition) {
        lost = 0
        delivered = position.timestamp
        depacketizer.receive(payload, at: position)
    }

    /// Hands on what was lost and stands here once more, then the packet's own frame.
    ///
    /// - Returns: Whether the payload is one of RFC 2198 around the track's own format.
    private mutating func deliverRedundant(
        _ payload: RawSpan, at position: PacketPosition
    ) -> Bool {
        guard var walk = try? RedundantPayload(parsing: payload),
            var blocks = try? RedundantPayload(parsing: payload)
        else { return false }
        var found = 0
        while let block = walk.next() { found += isMissing(block, at: position) ? 1 : 0 }
        // Of more than were lost the newest are theirs: others were never sent alone.
        var surplus = max(0, found - position.lostBefore)
        var lost = max(0, position.lostBefore - found)
        while let block = blocks.next() {
            if block.isPrimary {
                guard block.payloadType == payloadType else { return false }
                var place = position
                place.lostBefore = lost
                if !block.bytes.isEmpty { deliver(block.bytes, at: place) }
            } else if isMissing(block, at: position) {
                guard surplus == 0 else {
                    surplus -= 1
                    continue
                }
                var place = position
                (place.timestamp, place.marker) = (position.timestamp - Int64(block.age), false)
                place.lostBefore = lost
                lost = 0
                statistics.recovered += 1
                deliver(block.bytes, at: place)
            }
        }
        return true
    }

    private func isMissing(
        _ block: borrowing RedundantPayload.Block, at position: PacketPosition
    ) -> Bool {
        guard let delivered, position.lostBefore > 0, !block.isPrimary, !block.bytes.isEmpty else {
            return false
        }
        return block.payloadType == payloadType
            && position.timestamp - Int64(block.age) > delivered
    }

    /// A new SSRC is a new beginning of the same track: cameras restart their encoders.
    private mutating func followSource(_ ssrc: UInt32) {
        defer { self.ssrc = ssrc }
        guard let known = self.ssrc, known != ssrc else { return }
        statistics.sourceChanges += 1
        depacketizer.finish()
        buffer.reset()
        timestamps = TimestampUnwrapper()
        delivered = nil
        lost += 1
    }
}

/// What came in for a track.
public struct TrackStatistics: Hashable, Sendable {
    /// Packets of the track.
    public internal(set) var packets = 0
    /// Packets that never came, or too late.
    public internal(set) var lost = 0
    /// Of those, packets whose frame another one brought once more.
    public internal(set) var recovered = 0
    /// Packets that came ahead of another.
    public internal(set) var reordered = 0
    /// Packets that came twice, too late, or from nowhere near the stream.
    public internal(set) var old = 0
    /// What is no RTP packet.
    public internal(set) var malformed = 0
    /// Packets of a payload type that is not the track's.
    public internal(set) var otherPayloadType = 0
    /// How often the SSRC changed.
    public internal(set) var sourceChanges = 0
}

extension TrackReceiver: Sendable where Format: Sendable {}
