import RTP
import Timing
import WebRTC
import Wire

// MARK: RTCP in

extension Worker {
    /// Opens a compound packet and hands each part to whom it concerns.
    mutating func receiveRTCP(
        _ bytes: RawSpan, from source: Endpoint, at now: Instant
    ) -> DropReason? {
        guard let handle = directory.transport(at: source) else { return .unvalidatedAddress }
        guard bytes.byteCount <= PacketSlab.slotByteCount else { return .tooLarge }
        switch transports[handle].connection.openRTCP(bytes, into: scratch) {
        case nil:
            return .notKeyed
        case .failed(let failure):
            return DropReason(failure)
        case .opened(let byteCount, _):
            let compound = UnsafeRawBufferPointer(start: scratch, count: byteCount).bytes
            return dispatch(compound, of: handle, at: now)
        }
    }

    private mutating func dispatch(
        _ compound: RawSpan, of handle: TransportHandle, at now: Instant
    ) -> DropReason? {
        var packets = RTCPReader(compound)
        while let packet = packets.next() {
            switch packet {
            case .senderReport(let report):
                receive(report, of: handle, at: now)
                receive(report.reports, of: handle, at: now)
            case .receiverReport(let report):
                receive(report.reports, of: handle, at: now)
            case .nack(let nack):
                totals.nacks &+= 1
                resend(nack, of: handle)
            case .pictureLossIndication(let request):
                keyframeWanted(ssrc: request.mediaSSRC, of: handle, at: now)
            case .fullIntraRequest(let request):
                for entry in request.entries {
                    keyframeWanted(ssrc: entry.ssrc, of: handle, at: now)
                }
            case .sourceDescription, .goodbye, .maximumBitrate, .transportFeedback,
                .extendedReport, .other:
                continue
            }
        }
        touch(handle)
        return packets.failure == nil ? nil : .malformedRTCP
    }

    /// A producer's clocks: kept, and told to all its consumers.
    private mutating func receive(
        _ report: SenderReport, of handle: TransportHandle, at now: Instant
    ) {
        guard let route = transports[handle].route(for: report.ssrc), !route.isRetransmission
        else { return }
        let room = transports[handle].room
        rooms[room].router.producers[route.producer].receive(report, at: now)
        for consumer in rooms[room].router.producers[route.producer].consumers {
            sendReport(of: consumer, in: room, at: now)
        }
    }

    private mutating func receive(
        _ blocks: [ReportBlock], of handle: TransportHandle, at now: Instant
    ) {
        let room = transports[handle].room
        for block in blocks {
            guard let consumer = transports[handle].consumer(for: block.ssrc) else { continue }
            rooms[room].router.consumers[consumer].report.receive(block, at: now)
        }
    }

    private mutating func resend(_ nack: GenericNack, of handle: TransportHandle) {
        guard let consumer = transports[handle].consumer(for: nack.mediaSSRC) else { return }
        let room = transports[handle].room
        for sequence in nack.lost {
            rooms[room].router.resend(sequence, to: consumer)
        }
        activate(room)
    }

    private mutating func keyframeWanted(
        ssrc: UInt32, of handle: TransportHandle, at now: Instant
    ) {
        guard let consumer = transports[handle].consumer(for: ssrc) else { return }
        let room = transports[handle].room
        rooms[room].router.consumers[consumer].report.keyframeRequestCount &+= 1
        requestKeyframe(for: consumer, in: room, at: now)
    }
}

// MARK: RTCP out

extension Worker {
    /// Asks a consumer's producer for a key frame, unless it has just been asked.
    mutating func requestKeyframe(
        for consumer: ConsumerHandle, in room: RoomHandle, at now: Instant
    ) {
        let producer = rooms[room].router.consumers[consumer].producer
        guard rooms[room].router.producers.contains(producer),
            rooms[room].router.producers[producer].kind == .video
        else { return }
        let action = rooms[room].router.producers[producer].keyframes.keyframeNeeded(at: now)
        let transport = rooms[room].router.producers[producer].transport
        if action == .sendPLI { sendPLI(to: producer, in: room, over: transport) }
        touch(transport)
    }

    /// Sends a PLI for one producer's stream, if its SSRC is known yet.
    mutating func sendPLI(
        to producer: ProducerHandle, in room: RoomHandle, over transport: TransportHandle
    ) {
        guard let ssrc = rooms[room].router.producers[producer].stream?.ssrc,
            transports.contains(transport)
        else { return }
        totals.keyframeRequests &+= 1
        var writer = ByteWriter(capacity: 64)
        PictureLossIndication(senderSSRC: transports[transport].reporterSSRC, mediaSSRC: ssrc)
            .write(to: &writer)
        sendFeedback(writer, over: transport)
    }

    /// Tells a consumer's peer the producer's newest pair of clocks, on the consumer's time line.
    mutating func sendReport(
        of consumer: ConsumerHandle, in room: RoomHandle, at now: Instant
    ) {
        let producer = rooms[room].router.consumers[consumer].producer
        guard rooms[room].router.producers.contains(producer),
            let point = rooms[room].router.producers[producer].lastReport,
            let report = rooms[room].router.consumers[consumer].senderReport(point, at: now)
        else { return }
        let transport = rooms[room].router.consumers[consumer].transport
        var writer = ByteWriter(capacity: 96)
        report.write(to: &writer)
        SourceDescription(
            chunks: [.init(ssrc: report.ssrc, cname: transports[transport].cname)]
        ).write(to: &writer)
        sendRTCP(writer, over: transport)
    }

    /// Sends feedback packets, behind an empty report where the peer wants whole compounds.
    mutating func sendFeedback(_ feedback: ByteWriter, over handle: TransportHandle) {
        guard !transports[handle].acceptsReducedSize else {
            return sendRTCP(feedback, over: handle)
        }
        var compound = ByteWriter(capacity: 64 + feedback.count)
        ReceiverReport(ssrc: transports[handle].reporterSSRC).write(to: &compound)
        transports[handle].sourceDescription.write(to: &compound)
        compound.write(feedback.bytes)
        sendRTCP(compound, over: handle)
    }

    /// Protects a compound packet and puts it into the outbox.
    mutating func sendRTCP(_ compound: ByteWriter, over handle: TransportHandle) {
        guard transports[handle].connection.state == .connected,
            let remote = transports[handle].connection.remote,
            let sealed = transports[handle].connection.sealRTCP(compound.bytes)
        else { return }
        if !outbox.append(sealed, to: remote) { drops.count(.outboxFull) }
    }
}
