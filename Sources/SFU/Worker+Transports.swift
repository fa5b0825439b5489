import Ciphers
import RTP
import Timing
import WebRTC
import Wire

extension Worker {
    /// Opens a transport in its room, and the room and the peer where there are none yet.
    mutating func open(
        _ admission: Admission, _ agreed: Negotiated, at now: Instant
    ) throws(SessionError) -> TransportHandle {
        guard transports.count < configuration.transportLimit else {
            throw .overloaded(limit: configuration.transportLimit)
        }
        let (peer, local) = (admission.peer, admission.local)
        let ice = ICELite(local: local.ice, remote: agreed.remoteICE)
        let connection = try connection(ice, agreed, local: local.ice, at: now)
        let room = try openRoom(admission.room)
        if rooms[room].indexOfPeer(peer) == nil {
            try add(PeerProfile(id: peer), to: room, isImplicit: true, at: now)
        }
        var ssrcs = admission.ssrcs
        let reporter = ssrcs.next(using: &random)
        let id = random.identifier()
        let handle = transports.insert(
            Transport(
                id: id, room: room, peer: peer, kind: admission.kind, connection: connection,
                credentials: local.ice,
                acceptsReducedSize: agreed.sections.allSatisfy(\.acceptsReducedSize), cname: id,
                reporterSSRC: reporter,
                transportSequenceID: agreed.sections.map { $0.extensionMap[.transportWideCC] }
                    .first { $0 != 0 } ?? 0))
        if transports[handle].transportSequenceID != 0 {
            transports[handle].feedback = TransportFeedbackGenerator(senderSSRC: reporter)
        }
        directory.add(transport: id, ufrag: local.ice.ufrag, handle)
        if let index = rooms[room].indexOfPeer(peer) {
            rooms[room].peers[index].transports.append(handle)
        }
        touch(handle)
        return handle
    }

    private func connection(
        _ ice: ICELite, _ agreed: Negotiated, local: ICECredentials, at now: Instant
    ) throws(SessionError) -> PeerConnection {
        switch configuration.security {
        case .keyed(let secret, let profile):
            let keys = SRTPKeyingMaterial(profile: profile, secret: secret, session: local.ufrag)
            return PeerConnection(
                ice: ice, keys: keys, role: agreed.role, backend: configuration.sealing,
                batch: sealed.batch, at: now)
        case .dtls(let context):
            do {
                let session = try DTLSSession(
                    role: agreed.role, context: context, remoteFingerprints: agreed.fingerprints)
                return PeerConnection(
                    ice: ice, dtls: session, role: agreed.role, backend: configuration.sealing,
                    batch: sealed.batch, at: now)
            } catch {
                throw .negotiation(.missingFingerprint)
            }
        }
    }

    /// A peer that publishes anew has lost its older session.
    mutating func closeOtherPublications(
        of peer: String, in room: RoomHandle, except kept: TransportHandle
    ) {
        guard let index = rooms[room].indexOfPeer(peer) else { return }
        for handle in rooms[room].peers[index].transports
        where handle != kept && transports[handle].kind == .publication {
            end(handle, reason: .superseded)
        }
    }

    /// Ends a connection from our side: the peer is told, then all is released.
    mutating func end(_ handle: TransportHandle, reason: PeerConnection.CloseReason) {
        transports[handle].connection.close(reason)
        flushHandshake(of: handle)
        remove(handle, reason: reason)
    }

    /// Releases a transport whose connection is over, and the peer that came with it alone.
    mutating func remove(_ handle: TransportHandle, reason: PeerConnection.CloseReason) {
        let room = transports[handle].room
        for producer in transports[handle].producers { close(producer, in: room) }
        for (_, consumer) in transports[handle].consumers {
            let producer = rooms[room].router.consumers[consumer].producer
            rooms[room].router.remove(consumer)
            tellWant(of: producer, in: room)
        }
        guard let transport = transports.remove(handle) else { return }
        schedule.deadlines.set(handle.index, to: nil)
        schedule.handshakes.remove(handle)
        directory.remove(
            transport: transport.id, ufrag: transport.credentials.ufrag,
            addresses: transport.addresses, of: handle)
        emit(
            .transportClosed(
                room: rooms[room].name, peer: transport.peer, transport: transport.id,
                reason: reason))
        guard let index = rooms[room].indexOfPeer(transport.peer) else { return }
        rooms[room].peers[index].transports.removeAll { $0 == handle }
        if rooms[room].peers[index].isImplicit, rooms[room].peers[index].transports.isEmpty {
            removePeer(transport.peer, from: room)
        }
    }
}
