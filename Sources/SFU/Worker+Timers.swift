import RTP
import Timing
import Wire

extension Worker {
    /// Notes that a transport's deadline may have changed; it is computed once, at the turn's end.
    mutating func touch(_ handle: TransportHandle) {
        guard transports.contains(handle), !transports[handle].isTouched else { return }
        transports[handle].isTouched = true
        schedule.touched.append(handle)
    }

    /// Computes anew the deadlines of all transports touched since the last call.
    mutating func reschedule() {
        guard !schedule.touched.isEmpty else { return }
        for handle in schedule.touched where transports.contains(handle) {
            transports[handle].isTouched = false
            schedule.deadlines.set(handle.index, to: deadline(of: handle))
        }
        schedule.touched.removeAll(keepingCapacity: true)
    }

    /// Does all that is due.
    mutating func tickDue(at now: Instant) {
        reschedule()
        while let index = schedule.deadlines.popDue(at: now) {
            guard let handle = transports.handle(at: index) else { continue }
            tick(handle, at: now)
            touch(handle)
        }
        reschedule()
    }

    private func deadline(of handle: TransportHandle) -> Instant? {
        var earliest = Earliest(transports[handle].connection.nextDeadline)
        // Nothing is asked of who is not there yet: `tick` would leave these as they are.
        guard transports[handle].connection.state == .connected else { return earliest.instant }
        earliest.take(transports[handle].nextReport)
        earliest.take(transports[handle].feedback?.nextDeadline)
        for producer in transports[handle].producers {
            let room = transports[handle].room
            earliest.take(rooms[room].router.producers[producer].stream?.nack?.nextDeadline)
            earliest.take(rooms[room].router.producers[producer].keyframes.nextDeadline)
        }
        return earliest.instant
    }

    /// Does what is due for one transport.
    mutating func tick(_ handle: TransportHandle, at now: Instant) {
        transports[handle].connection.advance(to: now)
        flushHandshake(of: handle)
        followState(of: handle, at: now)
        guard transports.contains(handle), transports[handle].connection.state == .connected
        else { return }
        sendRequests(of: handle, at: now)
        sendTransportFeedback(of: handle, at: now)
        sendReceiverReport(of: handle, at: now)
    }

    /// What is missing and what must start anew, asked of the peer that produces it.
    private mutating func sendRequests(of handle: TransportHandle, at now: Instant) {
        let room = transports[handle].room
        for producer in transports[handle].producers {
            let missing = rooms[room].router.producers[producer].stream?.missing(at: now)
            if let numbers = missing?.numbers, !numbers.isEmpty {
                sendNack(numbers, for: producer, over: handle)
            }
            var action = rooms[room].router.producers[producer].keyframes.advance(to: now)
            if missing?.needsKeyframe == true, action == .none {
                action = rooms[room].router.producers[producer].keyframes.keyframeNeeded(at: now)
            }
            if action == .sendPLI { sendPLI(to: producer, in: room, over: handle) }
        }
    }

    private mutating func sendNack(
        _ numbers: [UInt16], for producer: ProducerHandle, over handle: TransportHandle
    ) {
        let room = transports[handle].room
        guard let ssrc = rooms[room].router.producers[producer].stream?.ssrc else { return }
        totals.requestedPackets &+= UInt64(numbers.count)
        var writer = ByteWriter(capacity: 64)
        GenericNack(
            senderSSRC: transports[handle].reporterSSRC, mediaSSRC: ssrc, lost: numbers
        ).write(to: &writer)
        sendFeedback(writer, over: handle)
    }

    private mutating func sendTransportFeedback(of handle: TransportHandle, at now: Instant) {
        transports[handle].feedback?.advance(to: now)
        while let feedback = transports[handle].feedback?.nextFeedback() {
            var writer = ByteWriter(capacity: 256)
            feedback.write(to: &writer)
            sendFeedback(writer, over: handle)
        }
    }

    /// How its tracks arrive, told to a peer once a second (RFC 3550 §6.4.2).
    private mutating func sendReceiverReport(of handle: TransportHandle, at now: Instant) {
        guard let due = transports[handle].nextReport, due <= now else { return }
        transports[handle].nextReport = now + Transport.reportInterval
        let room = transports[handle].room
        var blocks: [ReportBlock] = []
        for producer in transports[handle].producers {
            if let block = rooms[room].router.producers[producer].reportBlock(at: now) {
                blocks.append(block)
            }
        }
        guard !blocks.isEmpty else { return }
        var writer = ByteWriter(capacity: 128)
        ReceiverReport(ssrc: transports[handle].reporterSSRC, reports: blocks).write(to: &writer)
        transports[handle].sourceDescription.write(to: &writer)
        sendRTCP(writer, over: handle)
    }
}

extension Worker {
    /// Lets those who have just joined have their next slice of what came before.
    mutating func grantReplays(at now: Instant) {
        guard let due = schedule.nextReplay, due <= now else { return }
        schedule.nextReplay = nil
        let replaying = schedule.replaying
        schedule.replaying.removeAll()
        for room in replaying where rooms.contains(room) && !rooms[room].router.replays.isEmpty {
            schedule.replaying.append(room)
            for consumer in rooms[room].router.grantReplays(at: now) {
                requestKeyframe(for: consumer, in: room, at: now)
            }
            activate(room)
            schedule.nextReplay = now + ReplayQueue.interval
        }
    }
}
