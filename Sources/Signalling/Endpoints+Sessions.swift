import SFU
import Sluice
import Web
import WebRTC

// WHIP (RFC 9725) and WHEP (draft-ietf-wish-whep): one offer in, one answer out, then PATCH for
// ICE and DELETE for the end.

extension Endpoints {
    func publish(_ request: HTTPRequest, room: String) async throws(Refused) -> HTTPResponse {
        try authorize { authority throws(TokenError) in
            try authority.require(.publish, in: room, of: request)
        }
        let offer = try offer(of: request)
        let peer = try peer(of: request, in: room) ?? anonymous("publisher")
        let session = try await attempt { () throws(SessionError) in
            try await server.publish(offer: offer, room: room, peer: peer)
        }
        return created(session, room: room, .publication)
    }

    func subscribe(_ request: HTTPRequest, room: String) async throws(Refused) -> HTTPResponse {
        try authorize { authority throws(TokenError) in
            try authority.require(.subscribe, in: room, of: request)
        }
        let offer = try offer(of: request)
        let peer = try peer(of: request, in: room) ?? anonymous("viewer")
        let patience = try patience(of: request)
        let session = try await attempt { () throws(SessionError) in
            try await server.subscribe(
                offer: offer, room: room, peer: peer, to: request[query: "from"],
                waiting: patience)
        }
        return created(session, room: room, .subscription)
    }

    func end(
        _ request: HTTPRequest, room: String, session: String, _ kind: SessionKind
    ) async throws(Refused) -> HTTPResponse {
        try authorize(request, room: room, kind)
        try await attempt { () throws(SessionError) in
            try await server.close(session: session, room: room, kind: kind)
        }
        return HTTPResponse(status: 200)
    }

    /// Trickled candidates are taken note of by their checks alone (RFC 8445 §7.3.1.3); new
    /// credentials restart ICE.
    func patch(
        _ request: HTTPRequest, room: String, session: String, _ kind: SessionKind
    ) async throws(Refused) -> HTTPResponse {
        try authorize(request, room: room, kind)
        guard request.mediaType == "application/trickle-ice-sdpfrag" else {
            throw Refused(
                status: 415, sentence: "Send application/trickle-ice-sdpfrag",
                headers: ["accept-patch": "application/trickle-ice-sdpfrag"])
        }
        let tag = try await attempt { () throws(SessionError) in
            try await server.entityTag(session: session, room: room, kind: kind)
        }
        guard let condition = request.headers[.ifMatch] else {
            throw Refused(status: 428, sentence: "Send If-Match with the session's entity tag")
        }
        guard let fragment = ICEFragment(request.text ?? "") else {
            throw .badRequest("The SDP fragment has no ice-ufrag and ice-pwd")
        }
        if condition == "*" {
            return try await restart(session, room: room, kind, fragment: fragment)
        }
        guard condition == quoted(tag) else {
            throw Refused(status: 412, sentence: "The session's entity tag is another by now")
        }
        return HTTPResponse(status: 204, headers: [("etag", quoted(tag))])
    }

    private func restart(
        _ session: String, room: String, _ kind: SessionKind, fragment: ICEFragment
    ) async throws(Refused) -> HTTPResponse {
        let local = try await attempt { () throws(SessionError) in
            try await server.restartICE(
                session: session, room: room, kind: kind,
                remote: fragment.credentials)
        }
        return HTTPResponse(
            status: 200,
            headers: [
                ("content-type", "application/trickle-ice-sdpfrag"), ("etag", quoted(local.ufrag)),
            ],
            body: .bytes(Array(fragment.answer(local).utf8)))
    }

    private func authorize(
        _ request: HTTPRequest, room: String, _ kind: SessionKind
    ) throws(Refused) {
        try authorize { authority throws(TokenError) in
            try authority.require(kind.permission, in: room, of: request)
        }
    }

    /// Whom the call speaks for: whom its token names, else whom it names itself, else nobody yet.
    private func peer(of request: HTTPRequest, in room: String) throws(Refused) -> String? {
        let named = request[query: "peer"]
        var claimed: String?
        try authorize { authority throws(TokenError) in
            claimed = try authority.peer(of: request, naming: named)
        }
        return claimed
    }

    private func offer(of request: HTTPRequest) throws(Refused) -> String {
        guard request.mediaType == "application/sdp" else {
            throw Refused(
                status: 415, sentence: "Send the offer as application/sdp",
                headers: ["accept-post": "application/sdp"])
        }
        guard let text = request.text, !text.isEmpty else {
            throw .badRequest("The body is not an SDP offer")
        }
        return text
    }

    private func patience(of request: HTTPRequest) throws(Refused) -> Duration {
        guard let text = request[query: "wait"] else { return .zero }
        guard let seconds = Int(text), (0...60).contains(seconds) else {
            throw .badRequest("wait must be a whole number of seconds from 0 to 60")
        }
        return .seconds(seconds)
    }

    private func created(
        _ session: MediaServer.Session, room: String, _ kind: SessionKind
    ) -> HTTPResponse {
        let location = "/rooms/\(percentEncoded(room))/\(kind.verb)/\(session.id)"
        var headers: [(name: String, value: String)] = [
            ("content-type", "application/sdp"), ("location", location),
            ("etag", quoted(session.entityTag)),
            ("accept-patch", "application/trickle-ice-sdpfrag"),
        ]
        for url in iceServers { headers.append(("link", "<\(url)>; rel=\"ice-server\"")) }
        return HTTPResponse(
            status: 201, headers: headers, body: .bytes(Array(session.answer.utf8)))
    }

    private func anonymous(_ kind: String) -> String {
        "\(kind)-" + String(UInt32.random(in: 0x1000_0000...UInt32.max), radix: 16)
    }

    private func quoted(_ tag: String) -> String { "\"\(tag)\"" }
}

/// A session is acted on under the verb it was made with, for so its caller was let in.
extension SessionKind {
    /// `nil` for what is none of the two.
    init?(verb: String) {
        switch verb {
        case "whip": self = .publication
        case "whep": self = .subscription
        default: return nil
        }
    }

    fileprivate var verb: String {
        switch self {
        case .publication: "whip"
        case .subscription: "whep"
        }
    }

    fileprivate var permission: BearerToken.Permission {
        switch self {
        case .publication: .publish
        case .subscription: .subscribe
        }
    }
}

extension HTTPRequest {
    /// The body's media type in lower case, without parameters.
    var mediaType: String {
        let value = headers[.contentType]?.split(separator: ";").first ?? ""
        return value.lowercased().filter { $0 != " " }
    }
}

/// A path segment with all but unreserved characters percent-encoded (RFC 3986 §2.3).
func percentEncoded(_ text: String) -> String {
    text.utf8.reduce(into: "") { encoded, octet in
        let character = Character(Unicode.Scalar(octet))
        if octet < 128, character.isLetter || character.isNumber || "-._~".contains(character) {
            encoded.append(character)
        } else {
            encoded += "%" + (octet < 16 ? "0" : "") + String(octet, radix: 16, uppercase: true)
        }
    }
}
