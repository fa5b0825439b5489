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

    private var endpoint: String
    private let bearer: String?
    private let offer: [UInt8]
    private var redirections = 0

    /// A session not yet asked for.
    ///
    /// - Parameters:
    ///   - endpoint: The endpoint's URL.
    ///   - bearer: The token for it, without `Bearer`; never printed.
    ///   - offer: The SDP to post.
    public init(endpoint: String, bearer: String?, offer: String) {
        (self.endpoint, self.bearer, self.offer) = (endpoint, bearer, Array(offer.utf8))
    }

    /// Asks the endpoint.
    public func start() -> Step {
        .call(
            HTTPCall(
                "POST", endpoint,
                headers: [HTTPField("content-type", "application/sdp"), .noExpectation]
                    + authorization, body: offer))
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
        default: return .failed(WHIPError(refusal: reply, withToken: bearer != nil))
        }
    }

    /// Ends the session; `nil` when there is nothing to end. The token goes along where it is safe.
    public func end() -> HTTPCall? {
        resource.map {
            HTTPCall("DELETE", $0, headers: mayHaveToken($0) ? authorization : [])
        }
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

    /// A load balancer sends elsewhere (RFC 9725 §4.5); a token is not sent in the clear to a
    /// stranger.
    private mutating func redirect(_ reply: HTTPReply) -> Step {
        redirections += 1
        guard redirections <= Self.redirectionLimit else { return .failed(.tooManyRedirections) }
        guard let target = reply["location"].flatMap({ resolve($0, against: endpoint) }) else {
            return .failed(.noResource)
        }
        guard bearer == nil || mayHaveToken(target) else { return .failed(.tokenWouldLeak) }
        endpoint = target
        return start()
    }

    private func mayHaveToken(_ url: String) -> Bool {
        url.lowercased().hasPrefix("https://") || origin(of: url) == origin(of: endpoint)
    }

    private var authorization: [HTTPField] {
        bearer.map { [HTTPField("authorization", "Bearer \($0)")] } ?? []
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
