import Ciphers
import Codecs
import RTP
public import SDP
public import Timing
public import WebRTC
import Wire

/// A session just agreed on: what the answer to an offer consists of.
public struct SessionAnswer: Sendable {
    /// Names the session in later calls.
    public var id: String
    /// Changes with every ICE restart (RFC 9725 §4.3.1).
    public var entityTag: String
    /// The answer to send back.
    public var description: SessionDescription
}

extension Worker {
    /// Takes in what a peer offers to send: one producer for each section agreed on.
    ///
    /// A peer unknown to the room joins with the session and leaves with it. A peer that already
    /// sends is taken to have come back: its older session is closed.
    public mutating func publish(
        _ offer: SessionDescription, room name: String, peer: String, at now: Instant
    ) throws(SessionError) -> SessionAnswer {
        schedule.now = now
        let local = localDescription()
        let (answer, agreed) = try negotiate { () throws(NegotiationError) in
            try Answerer(offer: offer, local: local).receiving()
        }
        let transport = try open(agreed, local: local, room: name, peer: peer, at: now)
        closeOtherPublications(of: peer, in: transports[transport].room, except: transport)
        for section in agreed.sections { addProducer(section, over: transport) }
        return SessionAnswer(
            id: transports[transport].id, entityTag: local.ice.ufrag, description: answer)
    }

    /// Sends a peer what the room's producers send, as far as its offer has room for it.
    ///
    /// `source` is the producing peer to watch; without it, the first that there is.
    public mutating func subscribe(
        _ offer: SessionDescription, room name: String, peer: String, to source: String?,
        at now: Instant
    ) throws(SessionError) -> SessionAnswer {
        schedule.now = now
        guard let room = directory.room(name) else { throw .nothingToConsume(room: name) }
        let producers = consumable(in: room, from: source)
        guard !producers.isEmpty else { throw .nothingToConsume(room: name) }
        let tracks = producers.map { outgoingTrack(for: $0, in: room) }
        let local = localDescription()
        let (answer, agreed) = try negotiate { () throws(NegotiationError) in
            try Answerer(offer: offer, local: local).sending(tracks)
        }
        let transport = try open(agreed, local: local, room: name, peer: peer, at: now)
        for section in agreed.sections {
            guard let track = section.track else { continue }
            addConsumer(section, of: producers[track], as: tracks[track], over: transport)
        }
        return SessionAnswer(
            id: transports[transport].id, entityTag: local.ice.ufrag, description: answer)
    }

    /// Ends a session, its producers and its consumers.
    public mutating func close(
        session id: String, room: String, at now: Instant
    ) throws(SessionError) {
        schedule.now = now
        end(try transport(ofSession: id, room: room), reason: .local)
    }

    /// Ends every session, telling the peers: the server is going away.
    public mutating func closeAllSessions(at now: Instant) {
        schedule.now = now
        for handle in transports.handles { end(handle, reason: .local) }
    }

    /// Gives a session new ICE credentials of both sides (RFC 9725 §4.3.3); keys and media go on.
    public mutating func restartICE(
        session id: String, room: String, remote: ICECredentials
    ) throws(SessionError) -> ICECredentials {
        let handle = try transport(ofSession: id, room: room)
        let local = ICECredentials(using: &random)
        directory.rename(ufrag: transports[handle].credentials.ufrag, to: local.ufrag)
        transports[handle].credentials = local
        transports[handle].connection.restartICE(local: local, remote: remote)
        return local
    }

    /// The entity tag that conditional requests about a session must name.
    public func entityTag(
        ofSession id: String, room: String
    ) throws(SessionError) -> String {
        transports[try transport(ofSession: id, room: room)].credentials.ufrag
    }

    /// A session is found in its own room alone: who may act in one room may not in another.
    private func transport(
        ofSession id: String, room: String
    ) throws(SessionError) -> TransportHandle {
        guard let handle = directory.transport(id: id),
            directory.room(room) == transports[handle].room
        else { throw .sessionNotFound(id) }
        return handle
    }

    private func negotiate(
        _ answer: () throws(NegotiationError) -> (SessionDescription, Negotiated)
    ) throws(SessionError) -> (SessionDescription, Negotiated) {
        do { return try answer() } catch { throw .negotiation(error) }
    }

    private mutating func localDescription() -> LocalDescription {
        let fingerprint: String =
            switch configuration.security {
            case .dtls(let context): context.certificate.fingerprint.attribute
            case .keyed: Self.noFingerprint
            }
        return LocalDescription(
            ice: ICECredentials(using: &random), fingerprint: fingerprint,
            candidates: configuration.candidates, sessionID: random.next() >> 2)
    }

    private static var noFingerprint: String {
        "sha-256 " + Array(repeating: "00", count: 32).joined(separator: ":")
    }
}

// MARK: Opening and ending transports

extension Worker {
    private mutating func open(
        _ agreed: Negotiated, local: LocalDescription, room name: String, peer: String,
        at now: Instant
    ) throws(SessionError) -> TransportHandle {
        guard transports.count < configuration.transportLimit else {
            throw .overloaded(limit: configuration.transportLimit)
        }
        let ice = ICELite(local: local.ice, remote: agreed.remoteICE)
        let connection = try connection(ice, agreed, local: local.ice, at: now)
        let room = try openRoom(name)
        do throws(SessionError) {
            if rooms[room].indexOfPeer(peer) == nil {
                try add(PeerProfile(id: peer), to: room, isImplicit: true, at: now)
            }
        } catch {
            closeRoomIfEmpty(room)
            throw error
        }
        let reporter = UInt32(truncatingIfNeeded: random.next()) | 1
        let id = random.identifier()
        let handle = transports.insert(
            Transport(
                id: id, room: room, peer: peer, connection: connection, credentials: local.ice,
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
        case .keyed(let secret):
            let keys = SRTPKeyingMaterial(
                profile: .aeadAES128GCM, secret: secret, session: local.ufrag)
            return PeerConnection(ice: ice, keys: keys, role: agreed.role, at: now)
        case .dtls(let context):
            do {
                let session = try DTLSSession(
                    role: agreed.role, context: context, remoteFingerprints: agreed.fingerprints)
                return PeerConnection(ice: ice, dtls: session, role: agreed.role, at: now)
            } catch {
                throw .negotiation(.missingFingerprint)
            }
        }
    }

    private mutating func closeOtherPublications(
        of peer: String, in room: RoomHandle, except kept: TransportHandle
    ) {
        guard let index = rooms[room].indexOfPeer(peer) else { return }
        for handle in rooms[room].peers[index].transports
        where handle != kept && !transports[handle].producers.isEmpty {
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
            rooms[room].router.remove(consumer)
        }
        guard let transport = transports.remove(handle) else { return }
        schedule.deadlines.set(handle.index, to: nil)
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
