public import Fetch

/// Why there is no session with a WHIP or WHEP endpoint.
public enum WHIPError: Error, Hashable, Sendable {
    /// The endpoint did not answer.
    case unreachable(FetchError)
    /// 401 or 403; whether a token was sent tells which of the two is to be seen to.
    case unauthorized(status: Int, hadToken: Bool)
    /// Another refusal, with the sentence that came with it, and when to come back (seconds).
    case refused(status: Int, sentence: String, retryAfter: Int?)
    /// A redirection or a session without a usable `Location`.
    case noResource
    /// Accepted, but the body is no SDP.
    case noAnswer(contentType: String)
    /// Accepted, but the SDP cannot be used, for this reason.
    case unusableAnswer(String)
    /// More than five redirections.
    case tooManyRedirections
    /// A redirection leads to another server, which wants a token; ours is for the first one alone.
    case tokenWouldLeak

    /// Whether trying again later can help.
    public var isTransient: Bool {
        switch self {
        case .unreachable(.malformedURL), .unreachable(.certificate): false
        case .unreachable: true
        case .refused(let status, _, _):
            status == 404 || status == 409 || status == 429 || status >= 500
        case .unauthorized, .noResource, .noAnswer, .unusableAnswer, .tooManyRedirections,
            .tokenWouldLeak:
            false
        }
    }

    init(refusal reply: HTTPReply, withToken hadToken: Bool) {
        switch reply.status {
        case 401, 403: self = .unauthorized(status: reply.status, hadToken: hadToken)
        default:
            let told = sentence(inJSON: reply.body) ?? reply.body
            let text = String(decoding: told.prefix(200), as: UTF8.self)
            let sentence = text.split(whereSeparator: \.isNewline).joined(separator: " ")
            self = .refused(
                status: reply.status, sentence: sentence,
                retryAfter: reply["retry-after"].flatMap { Int($0) })
        }
    }
}

extension WHIPError: CustomStringConvertible {
    /// One line for a log; no token is in it.
    public var description: String {
        switch self {
        case .unreachable(let error): error.description
        case .unauthorized(let status, true): "the endpoint does not accept the token (\(status))"
        case .unauthorized(let status, false): "the endpoint wants a token (\(status))"
        case .refused(let status, let sentence, _):
            "the endpoint answered \(status)" + (sentence.isEmpty ? "" : ": \(sentence)")
        case .noResource: "the endpoint's answer has no usable Location"
        case .noAnswer(let type):
            "the endpoint answered \(type.isEmpty ? "nothing" : type), not SDP"
        case .unusableAnswer(let reason): reason
        case .tooManyRedirections: "the endpoint redirects more than five times"
        case .tokenWouldLeak:
            "the endpoint redirects to another server that wants a token: ours is not for that one"
        }
    }
}
