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

/// Which way a session's media goes, seen from the server.
public enum SessionKind: Hashable, Sendable {
    /// In: the peer sends.
    case publication
    /// Out: the peer watches.
    case subscription
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
        let admission = Admission(
            kind: .publication, room: name, peer: peer, local: local,
            ssrcs: SessionSSRCs(besides: offer))
        let transport = try open(admission, agreed, at: now)
        closeOtherPublications(of: peer, in: transports[transport].room, except: transport)
        for section in agreed.sections { addProducer(section, over: transport) }
        let (room, brought) = (transports[transport].room, transports[transport].producers)
        adoptOrphans(among: brought, in: room)
        announce(brought, in: room)
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
        var ssrcs = SessionSSRCs(besides: offer)
        let tracks = producers.map { outgoingTrack(for: $0, in: room, under: &ssrcs) }
        let local = localDescription()
        let (answer, agreed) = try negotiate { () throws(NegotiationError) in
            try Answerer(offer: offer, local: local).sending(tracks)
        }
        let admission = Admission(
            kind: .subscription, room: name, peer: peer, local: local, ssrcs: ssrcs)
        let transport = try open(admission, agreed, at: now)
        for section in agreed.sections {
            guard let track = section.track else { continue }
            addConsumer(
                section, of: producers[track], as: tracks[track], over: transport,
                keepsTimes: offer[Offer.trueTimes] != nil)
        }
        return SessionAnswer(
            id: transports[transport].id, entityTag: local.ice.ufrag, description: answer)
    }

    /// Ends a session, its producers and its consumers.
    ///
    /// `kind`, here and below, is what the caller may act on; a session of the other is not found.
    public mutating func close(
        session id: String, room: String, kind: SessionKind? = nil, at now: Instant
    ) throws(SessionError) {
        schedule.now = now
        end(try transport(ofSession: id, room: room, kind: kind), reason: .local)
    }

    /// Ends every session, telling the peers: the server is going away.
    public mutating func closeAllSessions(at now: Instant) {
        schedule.now = now
        for room in rooms.handles { closeBranches(of: room) }
        for handle in transports.handles { end(handle, reason: .local) }
        for room in rooms.handles { closeRoomIfEmpty(room) }  // whose peers were on branches alone
    }

    /// Gives a session new ICE credentials of both sides (RFC 9725 §4.3.3); keys and media go on.
    public mutating func restartICE(
        session id: String, room: String, kind: SessionKind? = nil, remote: ICECredentials
    ) throws(SessionError) -> ICECredentials {
        let handle = try transport(ofSession: id, room: room, kind: kind)
        let local = ICECredentials(using: &random)
        directory.rename(ufrag: transports[handle].credentials.ufrag, to: local.ufrag)
        transports[handle].credentials = local
        transports[handle].connection.restartICE(local: local, remote: remote)
        return local
    }

    /// The entity tag that conditional requests about a session must name.
    public func entityTag(
        ofSession id: String, room: String, kind: SessionKind? = nil
    ) throws(SessionError) -> String {
        transports[try transport(ofSession: id, room: room, kind: kind)].credentials.ufrag
    }

    /// A session is found in its own room alone: who may act in one room may not in another.
    private func transport(
        ofSession id: String, room: String, kind: SessionKind?
    ) throws(SessionError) -> TransportHandle {
        guard let handle = directory.transport(id: id),
            directory.room(room) == transports[handle].room,
            kind == nil || kind == transports[handle].kind
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
