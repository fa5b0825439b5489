import Timing

/// The packets of one track in their order: what a `TrackReceiver` does whatever its format.
@usableFromInline
struct PacketTrack: Sendable {
    /// A packet of the track that has just come.
    @usableFromInline
    struct Arrival {
        @usableFromInline var layout: RTPLayout
        /// Whether it is its turn now; if not, it is held or dropped.
        @usableFromInline var isInOrder: Bool
        /// How many packets before it are given up.
        @usableFromInline var lost = 0
        /// Whether the stream's source is another than before.
        @usableFromInline var isOfNewSource: Bool
    }

    /// What came in.
    private(set) var statistics = TrackStatistics()
    @usableFromInline let payloadType: UInt8
    /// The newest timestamp that the depacketizer was given.
    private(set) var delivered: Int64?

    private let redundancyPayloadType: UInt8?
    private var buffer: JitterBuffer
    private var timestamps = TimestampUnwrapper()
    private var ssrc: UInt32?
    private var lost = 0

    init(payloadType: UInt8, redundancyPayloadType: UInt8?, buffer: JitterBuffer) {
        (self.payloadType, self.redundancyPayloadType) = (payloadType, redundancyPayloadType)
        self.buffer = buffer
    }

    var nextDeadline: Instant? { buffer.nextDeadline }

    /// Whether packets wait for others.
    @usableFromInline var isHolding: Bool { buffer.heldCount > 0 }

    /// Finds the place of a packet; `nil` when it is none of the track's.
    @usableFromInline
    mutating func accept(_ packet: RawSpan, at now: Instant) -> Arrival? {
        guard let layout = try? RTPLayout(parsing: packet) else {
            statistics.malformed += 1
            return nil
        }
        let type = layout.header.payloadType
        guard type == payloadType || type == redundancyPayloadType else {
            statistics.otherPayloadType += 1
            return nil
        }
        statistics.packets += 1
        let isOfNewSource = followSource(layout.header.ssrc)
        var arrival = Arrival(layout: layout, isInOrder: false, isOfNewSource: isOfNewSource)
        switch buffer.receive(packet, layout, at: now) {
        case .inOrder(let lost): (arrival.isInOrder, arrival.lost) = (true, lost)
        case .held: statistics.reordered += 1
        case .old: statistics.old += 1
        }
        return arrival
    }

    /// The next packet that was held and whose turn it is.
    @usableFromInline
    mutating func next(at now: Instant) -> JitterBuffer.Packet? { buffer.next(at: now) }

    @usableFromInline
    mutating func recycle(_ packet: consuming JitterBuffer.Packet) { buffer.recycle(packet) }

    /// Where a packet whose turn it is stands in its stream; `nil` when it carries nothing.
    @usableFromInline
    mutating func position(of layout: RTPLayout, lost: Int, arrival: Instant) -> PacketPosition? {
        self.lost += lost
        statistics.lost += lost
        // Probes and keep-alives carry nothing; a loss before one still counts for the next.
        guard layout.payloadByteCount > 0 else { return nil }
        return PacketPosition(
            timestamp: timestamps.unwrap(layout.header.timestamp),
            marker: layout.header.marker, lostBefore: self.lost, arrival: arrival)
    }

    /// Takes note that the depacketizer is given the payload at `position`.
    @usableFromInline
    mutating func deliver(at position: PacketPosition) {
        lost = 0
        delivered = position.timestamp
    }

    mutating func countMalformed() { statistics.malformed += 1 }

    mutating func countRecovered() { statistics.recovered += 1 }

    /// A new SSRC is a new beginning of the same track: cameras restart their encoders.
    private mutating func followSource(_ ssrc: UInt32) -> Bool {
        defer { self.ssrc = ssrc }
        guard let known = self.ssrc, known != ssrc else { return false }
        statistics.sourceChanges += 1
        buffer.reset()
        timestamps = TimestampUnwrapper()
        delivered = nil
        lost += 1
        return true
    }
}

/// Which blocks of one payload of redundant audio are handed on, and where they stand: those that were
/// lost, and the packet's own.
struct RedundantDelivery {
    private let position: PacketPosition
    private let delivered: Int64?
    private let payloadType: UInt8
    private var surplus = 0  // of more than were lost the newest are theirs
    private var lost = 0

    /// `nil` when the payload is none of RFC 2198 around the track's own format.
    init?(_ payload: RawSpan, at position: PacketPosition, of track: PacketTrack) {
        (self.position, delivered) = (position, track.delivered)
        payloadType = track.payloadType
        guard var blocks = try? RedundantPayload(parsing: payload) else { return nil }
        var (found, isOurs) = (0, false)
        while let block = blocks.next() {
            found += isMissing(block) ? 1 : 0
            if block.isPrimary { isOurs = block.payloadType == payloadType }
        }
        guard isOurs else { return nil }
        surplus = max(0, found - position.lostBefore)
        lost = max(0, position.lostBefore - found)
    }

    /// Where `block` stands in the stream; `nil` when it is not handed on. Ask for all, in order.
    mutating func place(
        of block: borrowing RedundantPayload.Block, in track: inout PacketTrack
    ) -> PacketPosition? {
        var place = position
        place.lostBefore = lost
        if block.isPrimary { return block.bytes.isEmpty ? nil : place }
        guard isMissing(block) else { return nil }
        guard surplus == 0 else {
            surplus -= 1
            return nil
        }
        (place.timestamp, place.marker) = (position.timestamp - Int64(block.age), false)
        lost = 0
        track.countRecovered()
        return place
    }

    private func isMissing(_ block: borrowing RedundantPayload.Block) -> Bool {
        guard let delivered, position.lostBefore > 0, !block.isPrimary, !block.bytes.isEmpty else {
            return false
        }
        return block.payloadType == payloadType
            && position.timestamp - Int64(block.age) > delivered
    }
}
