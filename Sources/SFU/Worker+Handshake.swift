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

    /// Lets datagrams from `source` be taken for this session's too: whose they are is for keys to say.
    ///
    /// Nobody who claims it already is silenced by that, and nobody who comes later: a check with a
    /// forged source, before its owner has used it or after, takes nothing from him.
    private mutating func bind(_ source: Endpoint, to handle: TransportHandle) {
        guard !directory.isClaimed(source, by: handle) else {
            return transports[handle].noteCheck(from: source)
        }
        if transports[handle].addresses.count == Transport.addressLimit {
            let remote = transports[handle].connection.remote
            let oldest = transports[handle].addresses.firstIndex { $0 != remote } ?? 0
            directory.release(transports[handle].addresses.remove(at: oldest), by: handle)
        }
        transports[handle].addresses.append(source)
        guard let displaced = directory.claim(source, by: handle) else { return }
        transports[displaced].addresses.removeAll { $0 == source }
        drops.count(.addressInUse)
    }

    /// Queues a handshake datagram; only from addresses whose owner knew the session's password. Where
    /// several did, each is given it: what is not of its handshake a session discards (RFC 6347 §4.1.2.7).
    mutating func receiveDTLS(_ bytes: RawSpan, from source: Endpoint) -> DropReason? {
        guard let first = directory.transport(at: source) else { return .unvalidatedAddress }
        guard !directory.isContested(source) else {
            return receiveContestedDTLS(bytes, from: source)
        }
        guard transports[first].connection.isValidated(source) else { return .unvalidatedAddress }
        return schedule.handshakes.append(bytes, for: first) ? nil : .handshakeQueueFull
    }

    private mutating func receiveContestedDTLS(
        _ bytes: RawSpan, from source: Endpoint
    ) -> DropReason? {
        var reason: DropReason? = .unvalidatedAddress
        for handle in directory.claimantsByNovelty(of: source)
        where transports[handle].connection.isValidated(source) {
            reason = nil
            if !schedule.handshakes.append(bytes, for: handle) { drops.count(.handshakeQueueFull) }
        }
        return reason
    }

    /// At most one handshake step a turn, so that media never waits for more than one.
    mutating func stepHandshake(at now: Instant) {
        guard let (handle, bytes) = schedule.handshakes.popFirst(), transports.contains(handle)
        else { return }
        transports[handle].connection.receiveDTLS(bytes.span.bytes, at: now)
        if !hasFailedBesideOthers(handle) { flushHandshake(of: handle) }
        followState(of: handle, at: now)
        touch(handle)
    }

    /// Whether a handshake has failed at an address that others claim too. What failed it may have been
    /// one of theirs, and its alert, which nothing protects, would end that one as well.
    private func hasFailedBesideOthers(_ handle: TransportHandle) -> Bool {
        guard case .closed(.handshakeFailed) = transports[handle].connection.state,
            let remote = transports[handle].connection.remote
        else { return false }
        return directory.isContested(remote)
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
