import Codecs
import RTP
import Timing
import WebRTC
import Wire

extension Worker {
    /// Notes the arrival for congestion feedback, when the peer numbers its packets for it.
    mutating func noteTransportSequence(
        _ layout: RTPLayout, _ packet: RawSpan, of handle: TransportHandle, at now: Instant
    ) {
        let id = transports[handle].transportSequenceID
        guard id != 0, let element = layout.element(id, in: packet),
            let number = element.number(in: packet)
        else { return }
        transports[handle].feedback?.record(
            UInt16(truncatingIfNeeded: number), mediaSSRC: layout.header.ssrc, at: now)
    }

    /// Which producer a packet belongs to: by SSRC, else learned once from MID or payload type.
    mutating func streamRoute(
        _ layout: RTPLayout, _ packet: RawSpan, of handle: TransportHandle
    ) -> Transport.StreamRoute? {
        let (ssrc, room) = (layout.header.ssrc, transports[handle].room)
        if let route = transports[handle].route(for: ssrc) {
            if route.isSuperseded { return takeBack(route, of: handle, in: room) }
            if !route.isRetransmission { openAnnouncedStream(of: route, in: room) }
            return route
        }
        guard transports[handle].hasRoomForRoute() else { return nil }
        for producer in transports[handle].producers {
            guard
                let isRetransmission = rooms[room].router.producers[producer].claims(
                    layout, packet)
            else { continue }
            if !isRetransmission {
                if rooms[room].router.producers[producer].ssrc != nil {
                    transports[handle].supersedeRoutes(to: producer)
                }
                openStream(ssrc: ssrc, of: producer, in: room)
            }
            let route = Transport.StreamRoute(
                ssrc: ssrc, producer: producer, isRetransmission: isRetransmission)
            transports[handle].routes.append(route)
            return route
        }
        return nil
    }

    /// A track goes back to an SSRC that it has left once the one in its place is silent; what came
    /// before that was late. Each time it takes a longer silence.
    private mutating func takeBack(
        _ route: Transport.StreamRoute, of handle: TransportHandle, in room: RoomHandle
    ) -> Transport.StreamRoute? {
        guard rooms[room].router.producers[route.producer].isSilent(at: schedule.now)
        else { return nil }
        rooms[room].router.producers[route.producer].wentBack()
        transports[handle].supersedeRoutes(to: route.producer)
        openStream(ssrc: route.ssrc, of: route.producer, in: room)
        return transports[handle].restoreRoute(for: route.ssrc)
    }

    /// An offer alone costs no ring: the first packet of the SSRC that it named does.
    private mutating func openAnnouncedStream(of route: Transport.StreamRoute, in room: RoomHandle)
    {
        guard rooms[room].router.producers[route.producer].stream == nil else { return }
        openStream(ssrc: route.ssrc, of: route.producer, in: room)
    }

    /// Gives a producer's track the ring for its SSRC; its consumers need a key frame of it.
    mutating func openStream(ssrc: UInt32, of producer: ProducerHandle, in room: RoomHandle) {
        rooms[room].router.openStream(
            ssrc: ssrc, of: producer, slab: &slab, at: schedule.now)
        tellStreamBegan(ssrc, of: producer, in: room)
        guard rooms[room].router.producers[producer].kind == .video,
            !rooms[room].router.producers[producer].consumers.isEmpty
        else { return }
        rooms[room].router.producers[producer].keyframes.streamBegan(at: schedule.now)
    }
}

extension Producer {
    /// Whether a packet with an unknown SSRC is of this track, and if so whether it repeats one.
    ///
    /// The MID decides where it is sent (RFC 9143 §9.2); otherwise the payload type must be ours
    /// and the track's stream still without an SSRC.
    func claims(_ layout: RTPLayout, _ packet: RawSpan) -> Bool? {
        let type = layout.header.payloadType
        let isRetransmission = type == track.codec.retransmissionPayloadType
        guard isRetransmission || type == track.codec.payloadType else { return nil }
        let id = extensions[.mid]
        if id != 0, let element = layout.element(id, in: packet) {
            return element.text(in: packet) == track.mid ? isRetransmission : nil
        }
        return isRetransmission || ssrc == nil ? isRetransmission : nil
    }
}

extension Router {
    /// What the router keeps of a packet; `nil` when a retransmission does not say of what.
    func record(
        _ layout: RTPLayout, _ packet: RawSpan, slot: UInt32, route: Transport.StreamRoute
    ) -> PacketRecord? {
        guard let ssrc = producers[route.producer].stream?.ssrc else { return nil }
        var layout = layout
        if route.isRetransmission {
            let type = producers[route.producer].track.codec.payloadType
            guard
                let restored = layout.restored(payloadType: type, ssrc: ssrc, in: packet)
            else { return nil }
            layout = restored
        }
        let payload = layout.payload(of: packet)
        let number = layout.header.sequenceNumber
        guard let sequence = producers[route.producer].stream?.unwrapped(number) else { return nil }
        return PacketRecord(
            sequence: sequence,
            timestamp: layout.header.timestamp, slot: slot,
            payloadOffset: UInt16(truncatingIfNeeded: layout.payloadOffset),
            payloadByteCount: UInt16(truncatingIfNeeded: layout.payloadByteCount),
            marker: layout.header.marker,
            isKeyframe: producers[route.producer].track.codec.codec.isKeyframe(payload: payload),
            extensions: forwarded(layout, packet, of: route.producer))
    }

    private func forwarded(
        _ layout: RTPLayout, _ packet: RawSpan, of producer: ProducerHandle
    ) -> ForwardedExtensions {
        var forwarded = ForwardedExtensions()
        var elements = layout.elements(in: packet)
        while let element = elements.next() {
            guard let name = producers[producer].extensions.name(of: element.id),
                name.isForwarded
            else { continue }
            forwarded.append(name, offset: element.offset, byteCount: element.byteCount)
        }
        return forwarded
    }

    /// Opens the ring for a producer's SSRC, giving back the slots of the one it replaces.
    ///
    /// Its numbers have nothing to do with those before: consumers start anew behind their last, so
    /// that no number is ever used for two different packets.
    mutating func openStream(
        ssrc: UInt32, of producer: ProducerHandle, slab: inout PacketSlab, at now: Instant
    ) {
        abandonFanOut(of: producer)
        producers[producer].stream?.releaseAll(&slab)
        producers[producer].openStream(ssrc: ssrc, at: now)
        for consumer in producers[producer].consumers { consumers[consumer].follow(producer) }
    }
}

extension HeaderExtension {
    /// Whether consumers are sent this element as it came: it speaks of the media, not of the hop.
    var isForwarded: Bool {
        switch self {
        case .audioLevel, .videoOrientation, .playoutDelay, .absoluteCaptureTime: true
        case .mid, .rid, .repairedRID, .absoluteSendTime, .transportWideCC, .dependencyDescriptor,
            .transmissionOffset, .videoContentType, .videoTiming, .colorSpace,
            .videoLayersAllocation:
            false
        }
    }
}
