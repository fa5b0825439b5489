public import Wire

/// Why a session failed. `description` is one sentence for a user, without any secret.
public enum RTSPError: Error, Hashable, Sendable {
    /// The server wants a name and a password, and there are none.
    case credentialsNeeded
    /// The server refused the name and the password.
    case wrongCredentials
    /// The server wants to be convinced in ways that are not spoken here.
    case unsupportedAuthentication(schemes: [String])
    /// 404.
    case notFound
    /// Any other refusal.
    case refused(method: RTSPMethod, status: Int, reason: String)
    /// Nothing offered can be used.
    case noTrack(wanted: [String], offered: [String])
    /// The answer to DESCRIBE is no session description.
    case invalidDescription(ParseError)
    /// No answer in time.
    case timedOut(method: RTSPMethod)
    /// The session has ended at the server: 454, or it says so itself.
    case sessionLost
    /// The server has ended the session.
    case closedByServer
    /// The connection ended.
    case connectionClosed
    /// Playing, yet no packet for this long, in milliseconds.
    case noMedia(milliseconds: Int64)
    /// A redirection more than is followed.
    case tooManyRedirections(limit: Int)
    /// A redirection to nowhere, or from TLS to none.
    case badRedirection
    /// Basic authentication for another host than the password was given for, and without TLS.
    case passwordWouldLeak
    /// A header or body longer than is read.
    case tooLarge(part: String, limit: Int)
    /// A message that cannot be understood.
    case malformed(ParseError)
    /// What answers does not speak RTSP.
    case notRTSP
    /// The stream lost step and did not find it again.
    case stepLost(byteCount: Int)
}

extension RTSPError: CustomStringConvertible {
    /// One sentence for a log line or a terminal.
    public var description: String {
        switch self {
        case .credentialsNeeded: "the camera wants a user name and a password"
        case .wrongCredentials: "the camera refuses this user name or password"
        case .unsupportedAuthentication(let schemes):
            "the camera wants an authentication that is not known here: "
                + schemes.joined(separator: ", ")
        case .notFound: "the camera has nothing under this path (404)"
        case .refused(let method, let status, let reason):
            "the camera refuses \(method): \(status)\(reason.isEmpty ? "" : " " + reason)"
        case .noTrack(let wanted, let offered):
            "the camera offers no \(wanted.joined(separator: " or "))"
                + (offered.isEmpty
                    ? " and nothing else" : ", only \(offered.joined(separator: ", "))")
        case .invalidDescription(let error): "the camera's description cannot be read: \(error)"
        case .timedOut(let method): "the camera does not answer \(method)"
        case .sessionLost: "the camera has forgotten the session"
        case .closedByServer: "the camera has ended the session"
        case .connectionClosed: "the camera has closed the connection"
        case .noMedia(let milliseconds): "the camera sent no media for \(milliseconds) ms"
        case .tooManyRedirections(let limit): "more than \(limit) redirections"
        case .badRedirection: "the camera redirects to where it cannot be followed"
        case .passwordWouldLeak:
            "the camera redirects to another host that wants the password in the clear"
        case .tooLarge(let part, let limit): "a \(part) of more than \(limit) octets"
        case .malformed(let error): "a message that cannot be understood: \(error)"
        case .notRTSP: "what answers there does not speak RTSP"
        case .stepLost(let count): "\(count) octets in a row that are not RTSP"
        }
    }
}
