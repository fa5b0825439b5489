public import Fetch

/// One session with a WHIP or WHEP endpoint (RFC 9725): an offer posted, an answer and a resource got,
/// the resource deleted at the end. It sends nothing itself: its calls are the owner's to carry out.
public struct WHIPSession: Sendable {
    /// What is to be done next.
    public enum Step: Hashable, Sendable {
        /// Carry this out, and hand its result to `receive`.
        case call(HTTPCall)
        /// The server's SDP answer; the session stands.
        case answered(String)
        /// No session.
        case failed(WHIPError)
    }

    /// The resource's URL, once the endpoint has made one.
    public private(set) var resource: String?
    /// STUN and TURN servers that the endpoint names.
    public private(set) var iceServers: [String] = []

    /// The host and port of the server that is asked, or was last, behind redirections; `nil` where the
    /// endpoint is no URL.
    public var server: String? {
        guard let origin = HTTPCall.origin(of: endpoint), let scheme = origin.firstRange(of: "://")
        else { return nil }
        return String(origin[scheme.upperBound...])
    }

    private var endpoint: String
    private let bearer: String?
    /// The one server that the token is for.
    private let tokenOrigin: String?
    private let offer: [UInt8]
    private var redirections = 0

    /// A session not yet asked for.
    ///
    /// - Parameters:
    ///   - endpoint: The endpoint's URL.
    ///   - bearer: The token for its server and no other, without `Bearer`; never printed.
    ///   - offer: The SDP to post.
    public init(endpoint: String, bearer: String?, offer: String) {
        (self.endpoint, self.bearer, self.offer) = (endpoint, bearer, Array(offer.utf8))
        tokenOrigin = HTTPCall.origin(of: endpoint)
    }

    /// Asks the endpoint.
    public func start() -> Step {
        .call(
            HTTPCall(
                "POST", endpoint,
                headers: [HTTPField("content-type", "application/sdp"), .noExpectation]
                    + authorization(endpoint), body: offer))
    }

    /// Takes in what a call came to.
    public mutating func receive(_ result: Result<HTTPReply, FetchError>) -> Step {
        let reply: HTTPReply
        switch result {
        case .failure(let error): return .failed(.unreachable(error))
        case .success(let answered): reply = answered
        }
        switch reply.status {
        case 201, 200: return accept(reply)
        case 307, 308: return redirect(reply)
        default: return .failed(refusal(reply))
        }
    }

    /// Ends the session; `nil` when there is nothing to end. The token goes along to the server it is for.
    public func end() -> HTTPCall? {
        resource.map { HTTPCall("DELETE", $0, headers: authorization($0)) }
    }

    private mutating func accept(_ reply: HTTPReply) -> Step {
        guard let location = reply["location"].flatMap({ resolve($0, against: endpoint) }) else {
            return .failed(.noResource)
        }
        resource = location  // to be ended, also when the answer is of no use
        let type = reply["content-type"]?.split(separator: ";").first ?? ""
        guard type.lowercased() == "application/sdp", !reply.body.isEmpty else {
            return .failed(.noAnswer(contentType: String(type)))
        }
        iceServers = reply.values("link").flatMap(Self.iceServers)
        return .answered(String(decoding: reply.body, as: UTF8.self))
    }

    /// A load balancer sends elsewhere (RFC 9725 §4.5). To another server the token does not go along (RFC
    /// 9110 §15.4): who can have the first one redirect would have the token.
    private mutating func redirect(_ reply: HTTPReply) -> Step {
        redirections += 1
        guard redirections <= Self.redirectionLimit else { return .failed(.tooManyRedirections) }
        guard let target = reply["location"].flatMap({ resolve($0, against: endpoint) }) else {
            return .failed(.noResource)
        }
        endpoint = target
        return start()
    }

    private func refusal(_ reply: HTTPReply) -> WHIPError {
        let error = WHIPError(refusal: reply, withToken: hasToken(for: endpoint))
        guard bearer != nil, case .unauthorized(_, hadToken: false) = error else { return error }
        return .tokenWouldLeak
    }

    private func hasToken(for url: String) -> Bool {
        bearer != nil && tokenOrigin != nil && HTTPCall.origin(of: url) == tokenOrigin
    }

    private func authorization(_ url: String) -> [HTTPField] {
        guard let bearer, hasToken(for: url) else { return [] }
        return [HTTPField("authorization", "Bearer \(bearer)")]
    }

    /// `<stun:host>; rel="ice-server"`, several in one field perhaps.
    private static func iceServers(in field: String) -> [String] {
        field.split(separator: ",").compactMap { link in
            guard
                link.lowercased().contains("rel=\"ice-server\"") || link.contains("rel=ice-server"),
                let start = link.firstIndex(of: "<"), let end = link.firstIndex(of: ">"),
                start < end
            else { return nil }
            return String(link[link.index(after: start)..<end])
        }
    }

    private static let redirectionLimit = 5
}

extension HTTPField {
    /// libcurl would wait a second for "100 Continue" otherwise.
    fileprivate static var noExpectation: HTTPField { HTTPField("expect", "") }
}
