import Ciphers
import RTP
import Timing
import WebRTC
import Wire

// Media on its way in.

extension Worker {
    /// From the socket to the room's router: open, parse, route.
    mutating func receiveRTP(
        _ bytes: RawSpan, from source: Endpoint, at now: Instant
    ) -> DropReason? {
        guard let handle = directory.transport(at: source) else { return .unvalidatedAddress }
        guard bytes.byteCount <= PacketSlab.slotByteCount else { return .tooLarge }
        guard let slot = slab.take() else { return .slabExhausted }
        let reason = open(bytes, into: slot, of: handle, from: source, at: now)
        if reason != nil { slab.give(slot) }
        return reason
    }

    private mutating func open(
        _ bytes: RawSpan, into slot: UInt32, of handle: TransportHandle, from source: Endpoint,
        at now: Instant
    ) -> DropReason? {
        let address = slab.address(of: slot)
        switch transports[handle].connection.openRTP(bytes, into: address) {
        case nil:
            return openElsewhere(bytes, into: slot, from: source, refused: .notKeyed, at: now)
        case .failed(let failure):
            return openElsewhere(
                bytes, into: slot, from: source, refused: DropReason(failure), at: now)
        case .opened(let byteCount, _):
            return take(byteCount, in: slot, of: handle, at: now)
        }
    }

    /// What one session's keys have not opened, another's may that claims the address too.
    @inline(never)
    private mutating func openElsewhere(
        _ bytes: RawSpan, into slot: UInt32, from source: Endpoint, refused reason: DropReason,
        at now: Instant
    ) -> DropReason? {
        let address = slab.address(of: slot)
        for handle in directory.otherClaimants(of: source) {
            guard
                case .opened(let byteCount, _)? = transports[handle].connection.openRTP(
                    bytes, into: address)
            else { continue }
            directory.expect(handle, at: source)
            return take(byteCount, in: slot, of: handle, at: now)
        }
        return reason
    }

    @inline(__always)  // once for each packet
    private mutating func take(
        _ byteCount: Int, in slot: UInt32, of handle: TransportHandle, at now: Instant
    ) -> DropReason? {
        totals.receivedPackets &+= 1
        totals.receivedBytes &+= UInt64(byteCount)
        let packet = UnsafeRawBufferPointer(start: slab.address(of: slot), count: byteCount).bytes
        return route(packet, in: slot, of: handle, at: now)
    }

    private mutating func route(
        _ packet: RawSpan, in slot: UInt32, of handle: TransportHandle, at now: Instant
    ) -> DropReason? {
        guard let layout = try? RTPLayout(parsing: packet) else { return .malformedRTP }
        noteTransportSequence(layout, packet, of: handle, at: now)
        touch(handle)  // feedback is due for whatever it numbers, even if nothing is sent on
        guard let route = streamRoute(layout, packet, of: handle) else { return .unknownStream }
        if route.isRetransmission, layout.payloadByteCount == 0 { return .emptyRetransmission }
        let room = transports[handle].room
        guard let record = rooms[room].router.record(layout, packet, slot: slot, route: route)
        else { return .malformedRTP }
        let reason = rooms[room].router.receive(
            record, for: route.producer, isRetransmission: route.isRetransmission, at: now)
        if reason == nil {
            activate(room)
            carry(record.sequence, of: route.producer, in: room)
        }
        return reason
    }
}
