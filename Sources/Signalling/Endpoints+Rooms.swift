import SFU
import Sluice
import Timing
import Web

extension Endpoints {
    func health() -> HTTPResponse {
        let isReady = server.endedWorkers.isEmpty
        let now = DateTime(nanoseconds: clock() * 1_000_000).text
        return .json(isReady ? 200 : 503, HealthBody(isReady: isReady, timestamp: now))
    }

    func rooms(_ request: HTTPRequest) async throws(Refused) -> HTTPResponse {
        try authorize { authority throws(TokenError) in try authority.requireAdmin(of: request) }
        let rooms = try await attempt { () throws(SessionError) in try await server.rooms() }
        return .json(200, RoomListBody(rooms))
    }

    func roomDetail(_ request: HTTPRequest, room: String) async throws(Refused) -> HTTPResponse {
        try authorize { authority throws(TokenError) in
            try authority.requireAny(in: room, of: request)
        }
        let snapshot = try await attempt { () throws(SessionError) in try await server.room(room) }
        return .json(200, RoomBody(snapshot))
    }

    func join(_ request: HTTPRequest, room: String) async throws(Refused) -> HTTPResponse {
        try authorize { authority throws(TokenError) in
            try authority.requireAny(in: room, of: request)
        }
        let body: JoinBody
        do { body = try request.json() } catch {
            if case .missing = error { throw .badRequest("Missing required fields") }
            throw .badRequest(error.description)
        }
        try authorize { authority throws(TokenError) in
            _ = try authority.peer(of: request, naming: body.peerId)
        }
        guard !body.peerId.isEmpty, !body.userId.isEmpty else {
            throw .badRequest("Missing required fields")
        }
        let others = try await attempt { () throws(SessionError) in
            try await server.join(body.profile, room: room, title: body.roomName)
        }
        return .json(
            200,
            JoinedBody(
                roomId: room, peerId: body.peerId,
                rtpCapabilities: RTPCapabilities.supported, peers: others.map(PeerBody.init)))
    }

    func leave(
        _ request: HTTPRequest, room: String, peer: String
    ) async throws(Refused) -> HTTPResponse {
        try authorize { authority throws(TokenError) in
            try authority.requireLeave(of: peer, in: room, of: request)
        }
        try await attempt { () throws(SessionError) in
            try await server.leave(peer: peer, room: room)
        }
        return .json(200, ["success": true])
    }
}
