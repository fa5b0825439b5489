import RTP
import Timing
import WebRTC
import Wire

extension Worker {
    /// Asks a consumer's producer for a key frame, unless it has just been asked.
    mutating func requestKeyframe(
        for consumer: ConsumerHandle, in room: RoomHandle, at now: Instant
    ) {
        schedule.now = now
        requestKeyframe(
            from: Pipes.Place(
                room: room, producer: rooms[room].router.consumers[consumer].producer))
    }

    /// Asks a producer for a key frame now, unless it has just been asked.
    mutating func requestKeyframe(from place: Pipes.Place) {
        let (room, producer) = (place.room, place.producer)
        guard rooms.contains(room), rooms[room].router.producers.contains(producer),
            rooms[room].router.producers[producer].kind == .video
        else { return }
        let action = rooms[room].router.producers[producer].keyframes.keyframeNeeded(
            at: schedule.now)
        if action == .sendPLI { askForKeyframe(place) }
        if let transport = rooms[room].router.producers[producer].transport { touch(transport) }
    }

    /// Sends a PLI for one producer's stream, if its SSRC is known yet.
    mutating func sendPLI(
        to producer: ProducerHandle, in room: RoomHandle, over transport: TransportHandle
    ) {
        guard let ssrc = rooms[room].router.producers[producer].ssrc,
            transports.contains(transport)
        else { return }
        totals.keyframeRequests &+= 1
        rooms[room].router.producers[producer].requestedAfter =
            rooms[room].router.producers[producer].stream?.newest ?? .min
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

    /// Who has just begun to see a track is told its clocks at once: lips meet words from the start.
    mutating func reportStarts(in room: RoomHandle) {
        while let consumer = rooms[room].router.nextStarted() {
            guard rooms[room].router.consumers.contains(consumer) else { continue }
            sendReport(of: consumer, in: room, at: schedule.now)
        }
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
