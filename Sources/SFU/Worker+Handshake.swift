import Timing
import WebRTC
import Wire

extension Worker {
    /// A STUN request finds its session by the user fragment it names, whatever its address.
    mutating func receiveSTUN(
        _ bytes: RawSpan, from source: Endpoint, at now: Instant
    ) -> DropReason? {
        guard let request = try? STUNMessage(parsing: bytes),
            let ufrag = request.localFragment
        else { return .malformedSTUN }
        guard let handle = directory.transport(ufrag: ufrag) else { return .unknownSession }
        guard isFree(source, for: handle, at: now) else { return .addressInUse }
        let outcome = transports[handle].connection.receiveSTUN(bytes, from: source, at: now)
        touch(handle)
        if let response = outcome.response, !outbox.append(response, to: source) {
            return .outboxFull
        }
        guard outcome.isAuthenticated else { return .unauthenticatedSTUN }
        bind(source, to: handle)
        flushHandshake(of: handle)
        followState(of: handle, at: now)
        return nil
    }

    /// Whether `source` may become this session's address; not while another session lives there:
    /// a check with a forged source must not silence anybody.
    private func isFree(_ source: Endpoint, for handle: TransportHandle, at now: Instant) -> Bool {
        guard let holder = directory.transport(at: source), holder != handle else { return true }
        return transports[holder].connection.remote != source
            || transports[holder].connection.state != .connected
            || transports[holder].connection.isSilent(at: now)
    }

    /// Lets datagrams from `source` be taken for this session's.
    private mutating func bind(_ source: Endpoint, to handle: TransportHandle) {
        let holder = directory.transport(at: source)
        if holder == handle { return }
        if transports[handle].addresses.count == Transport.addressLimit {
            let remote = transports[handle].connection.remote
            let oldest = transports[handle].addresses.firstIndex { $0 != remote } ?? 0
            directory.unbind(transports[handle].addresses.remove(at: oldest), from: handle)
        }
        if let holder { transports[holder].addresses.removeAll { $0 == source } }
        directory.bind(source, to: handle)
        transports[handle].addresses.append(source)
    }

    /// Queues a handshake datagram; only from addresses whose owner knew the session's password.
    mutating func receiveDTLS(_ bytes: RawSpan, from source: Endpoint) -> DropReason? {
        guard let handle = directory.transport(at: source),
            transports[handle].connection.isValidated(source)
        else { return .unvalidatedAddress }
        return schedule.handshakes.append(bytes, for: handle) ? nil : .handshakeQueueFull
    }

    /// At most one handshake step a turn, so that media never waits for more than one.
    mutating func stepHandshake(at now: Instant) {
        guard let (handle, bytes) = schedule.handshakes.popFirst(), transports.contains(handle)
        else { return }
        transports[handle].connection.receiveDTLS(bytes.span.bytes, at: now)
        flushHandshake(of: handle)
        followState(of: handle, at: now)
        touch(handle)
    }

    /// Puts what the handshake has to say into the outbox.
    mutating func flushHandshake(of handle: TransportHandle) {
        guard let remote = transports[handle].connection.remote else { return }
        while let datagram = transports[handle].connection.nextDatagram() {
            if !outbox.append(datagram, to: remote) { drops.count(.outboxFull) }
        }
    }

    /// Draws the consequences of a connection's change of state, once.
    mutating func followState(of handle: TransportHandle, at now: Instant) {
        switch transports[handle].connection.state {
        case .connecting:
            return
        case .connected where transports[handle].isAnnounced:
            return
        case .connected:
            transports[handle].isAnnounced = true
            transports[handle].nextReport = now + Transport.reportInterval
            emit(
                .transportConnected(
                    room: rooms[transports[handle].room].name, peer: transports[handle].peer,
                    transport: transports[handle].id))
            startConsumers(of: handle, at: now)
        case .closed(let reason):
            remove(handle, reason: reason)
        }
    }

    /// A viewer can receive now: of each picture it wants what began with the newest key frame, or
    /// else a key frame.
    private mutating func startConsumers(of handle: TransportHandle, at now: Instant) {
        let room = transports[handle].room
        for (_, consumer) in transports[handle].consumers {
            if rooms[room].router.beginReplay(consumer, at: now) {
                schedule.nextReplay = now
                if !schedule.replaying.contains(room) { schedule.replaying.append(room) }
            } else {
                requestKeyframe(for: consumer, in: room, at: now)
            }
        }
    }

    /// Notes an event for the owner; one who does not listen loses the oldest.
    mutating func emit(_ event: WorkerEvent) {
        if !events.append(event) { drops.count(.eventLost) }
    }
}
