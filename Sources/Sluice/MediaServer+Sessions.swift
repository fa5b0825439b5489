import SDP
public import SFU
public import WebRTC

extension MediaServer {
    /// A session just agreed on.
    public struct Session: Sendable {
        /// Names the session in later calls.
        public var id: String
        /// Changes with every ICE restart.
        public var entityTag: String
        /// The SDP to send back.
        public var answer: String

        init(_ answer: SessionAnswer) {
            (id, entityTag) = (answer.id, answer.entityTag)
            self.answer = answer.description.description
        }
    }

    /// Takes in what a peer offers to send. An unknown peer joins with the session.
    public func publish(
        offer: String, room: String, peer: String
    ) async throws(SessionError) -> Session {
        let offer = try SessionDescription(offered: offer)
        let (placement, home) = (placement, placement.home(of: room))
        let answer = try await onWorker(home) { worker, now throws(SessionError) in
            let answer = try worker.publish(offer, room: room, peer: peer, at: now)
            placement.sit(answer.id, of: peer, on: home, in: room, isViewer: false)
            return answer
        }
        return Session(answer)
    }

    /// Ends a session; here and below, with `kind` only if it is of that kind.
    public func close(
        session: String, room: String, kind: SessionKind? = nil
    ) async throws(SessionError) {
        let loop = placement.loop(of: session, in: room)
        try await onWorker(loop) { worker, now throws(SessionError) in
            try worker.close(session: session, room: room, kind: kind, at: now)
        }
    }

    /// Gives a session new ICE credentials of both sides; returns ours.
    public func restartICE(
        session: String, room: String, kind: SessionKind? = nil, remote: ICECredentials
    ) async throws(SessionError) -> ICECredentials {
        let loop = placement.loop(of: session, in: room)
        return try await onWorker(loop) { worker, _ throws(SessionError) in
            try worker.restartICE(session: session, room: room, kind: kind, remote: remote)
        }
    }

    /// The entity tag of a session, as it is now.
    public func entityTag(
        session: String, room: String, kind: SessionKind? = nil
    ) async throws(SessionError) -> String {
        let loop = placement.loop(of: session, in: room)
        return try await onWorker(loop) { worker, _ throws(SessionError) in
            try worker.entityTag(ofSession: session, room: room, kind: kind)
        }
    }
}

extension SessionDescription {
    /// What a peer has sent as an offer.
    init(offered text: String) throws(SessionError) {
        do {
            try self.init(parsing: text)
        } catch {
            throw .negotiation(.malformed(error))
        }
    }
}
